"""What every model repository does alike: steps, gates, evidence, registry, lineage, governance.

The template manages this folder; an update replaces it. What a team decides lies outside:
the four files beside it, and `config/`.
"""
