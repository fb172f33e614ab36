"""The rules at admission of the platform's own repository, which its cluster enforces too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from bedplate.assets import asset
from bedplate.components.platform.admission_own import own_rules
from bedplate.errors import BedplateError
from bedplate.program.environment import stacks
from bedplate.spec.own_policies import own_folder, packs_of

if TYPE_CHECKING:
    from bedplate.components.platform.admission_templates import AdmissionRule


def own_admission_rules() -> tuple[AdmissionRule, ...]:
    """Return the rules of the packs for admission that lie beside the environment files.

    Raises pulumi.RunError with everything that can't be installed.
    """
    folder = own_folder(stacks(), asset("policies"))
    try:
        return own_rules(packs_of(folder, admission=True)) if folder else ()
    except BedplateError as error:
        # Pulumi shows a RunError's message without a traceback.
        raise pulumi.RunError(error.message) from None
