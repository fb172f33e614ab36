package bedplate_deploy

import rego.v1

# METADATA
# title: Facts of the environment
# description: >-
#   The engine hands each rule its own facts as data.config.<rule>. A rule that lacks one denies:
#   see without_facts.
default config := {}

config := data.config

fact(rule, name) := object.get(config, [rule, name], null)

# The message of a rule that can't judge for want of facts.
without_facts(rule, names) := message if {
	given := object.get(config, rule, {})
	missing := [name | some name in names; object.get(given, name, null) == null]
	count(missing) > 0
	message := sprintf("Rule %s lacks facts of the environment (%s); run it through bedplate, or pass them as policy configuration.", [rule, concat(", ", missing)])
}
