package bedplate_admission_test

import rego.v1

# Pulumi asks every rule about every object: parameters say which are meant.

in_scope(document, parameters) := meant if {
	found := data.bedplate_admission.subject with input as asked(document, parameters)
	meant := found != {}
}

test_scope_is_everything_without_parameters if in_scope(model, {})

test_scope_is_the_namespaces_of_teams if {
	in_scope(model, {"namespaces": ["fraud"]})
	not_in_scope := in_scope(model, {"namespaces": ["claims"]})
	not_in_scope == false
}

test_scope_holds_what_lies_in_no_namespace if in_scope({"kind": "ClusterRole", "metadata": {"name": "x"}}, {"namespaces": []})

test_scope_leaves_out_a_manager if {
	ours := named("NetworkPolicy", {"metadata": {"labels": {"app.kubernetes.io/managed-by": "bedplate"}}})
	left_out := in_scope(ours, {"exempt": ["bedplate"]})
	left_out == false
	in_scope(ours, {"exempt": ["Helm"]})
}

test_scope_is_nothing_without_a_review if data.bedplate_admission.subject == {} with input as {}
