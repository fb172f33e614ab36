"""Forms in which a check is handed on: to code hosts, test reports, editors and auditors.

Each module turns a `Report` into one text. Whatever blocks, is open or is waived is in every form;
what passed is counted, and is listed only where the form is evidence (JUnit, OSCAL).
"""
