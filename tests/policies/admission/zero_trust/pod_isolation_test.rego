package bedplate_admission_test

import rego.v1

zt_107(question) := hits if hits := data.bedplate_admission.deny_zt_107 with input as question

test_zt_107_passes if {
	every made in makers(object.union(good_pod, {"hostNetwork": false, "volumes": [{"name": "tmp", "emptyDir": {}}]})) {
		zt_107(strict(made)) == set()
	}
	zt_107(strict(model)) == set()
}

test_zt_107_fails_for_the_nodes_namespaces if {
	every field in ["hostIPC", "hostNetwork", "hostPID"] {
		every made in makers(object.union(good_pod, {field: true})) {
			zt_107(strict(made)) == {sprintf(`%s "x" sets %s; remove it.`, [made.kind, field])}
		}
	}
	zt_107(strict(served("hostNetwork", true))) == of_model("sets hostNetwork; remove it.")
}

test_zt_107_fails_for_files_of_the_node if zt_107(strict(pod(object.union(good_pod, {"volumes": [{"hostPath": {"path": "/"}}]})))) == of("Pod", "mounts files of the node; remove the hostPath volume.")

test_zt_107_fails_for_a_port_of_the_node if zt_107(strict(pod(pod_of(changed("ports", [{"hostPort": 80}]))))) == of("Pod", `opens a port of the node for "main"; remove hostPort.`)

test_zt_107_passes_where_all_is_missing if zt_107(strict(pod({}))) == set()

test_zt_107_is_silent_on_opaque_values if {
	every value in opaque {
		zt_107(strict(pod(value))) == set()
		zt_107(strict(pod(object.union(good_pod, {"hostNetwork": value, "volumes": value})))) == set()
		zt_107(strict(pod(pod_of(changed("ports", value))))) == set()
	}
}
