# METADATA
# title: All verdicts on a plan, for opa and conftest
# description: >-
#   The input is what `bedplate preview ENV --format opa` writes: every question, the documents that
#   the questions are about, and the facts of the environment. Anything that is not judged denies.
package bedplate

import rego.v1

# What blocks in the environment.
deny contains verdict if {
	some verdict in verdicts
	verdict.level == "mandatory"
}

deny contains {"msg": "The input is no plan; write it with `bedplate preview ENV --format opa`."} if {
	object.get(input, "schema", "") != "bedplate.opa/v1"
}

deny contains {"msg": message} if {
	some task in input.tasks
	not answer(task)
	message := sprintf("%s: The rule %s.%s is not loaded; add the folder of its pack, and a clause of answer for a package of another name.", [task.policy, task.package, task.rule])
}

# What does not.
warn contains verdict if {
	some verdict in verdicts
	verdict.level == "advisory"
}

verdicts contains verdict if {
	some task in input.tasks
	some hit in answer(task)
	verdict := {
		"msg": sprintf("%s: %s", [task.policy, text_of(hit)]),
		"policy": task.policy,
		"urn": urn_of(hit, task),
		"verdict": "fail",
		"severity": task.severity,
		"level": task.level,
	}
}

verdicts contains verdict if {
	some task in input.tasks
	some urn, message in task.open
	count([hit | some hit in answer(task); urn_of(hit, task) == urn]) == 0
	verdict := {
		"msg": sprintf("%s: %s", [task.policy, message]),
		"policy": task.policy,
		"urn": urn,
		"verdict": "unresolved",
		"severity": task.severity,
		"level": task.open_level,
	}
}

answer(task) := hits if {
	task.package == "bedplate_deploy"
	hits := data.bedplate_deploy[task.rule] with input as input.inputs[task.input]
		with data.config as input.config
}

answer(task) := hits if {
	task.package == "bedplate_admission"
	hits := data.bedplate_admission[task.rule] with input as input.inputs[task.input]
}

# The packs that `bedplate policy new` makes. One of another name needs such a clause too, in a file of
# this package beside it.
answer(task) := hits if {
	task.package == "own"
	hits := data.own[task.rule] with input as input.inputs[task.input]
		with data.config as input.config
}

answer(task) := hits if {
	task.package == "own_admission"
	hits := data.own_admission[task.rule] with input as input.inputs[task.input]
}

text_of(hit) := hit if is_string(hit)

text_of(hit) := hit.msg if is_object(hit)

urn_of(hit, _) := hit.urn if {
	is_object(hit)
	hit.urn
}

urn_of(hit, task) := task.urn if is_string(hit)

urn_of(hit, task) := task.urn if {
	is_object(hit)
	not hit.urn
}
