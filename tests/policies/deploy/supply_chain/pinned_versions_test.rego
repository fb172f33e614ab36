package bedplate_deploy_test

import rego.v1

sup_006(type, inputs) := hits if hits := data.bedplate_deploy.deny_sup_006 with input as one(type, inputs)

helm_release := "kubernetes:helm.sh/v3:Release"

config_file := "kubernetes:yaml/v2:ConfigFile"

loose_chart := `Release "x" is of no exact version; state it whole, such as 1.2.3.`

loose_file := `ConfigFile "x" is of no stated version; take a file of a release, whose address names it.`

test_sup_006_passes if {
	every version in ["1.2.3", "v0.20.0", "1.2.3-rc.1", "3.4.5+build.6"] {
		sup_006(helm_release, {"version": version}) == set()
	}
	sup_006(config_file, {"file": "https://files.acme.example/gateway-api-1.5.1.yaml"}) == set()
}

test_sup_006_fails_for_a_loose_version if {
	every version in ["1.2", ">=1.2.3", "^1.2.3", "1.2.x", "latest", ""] {
		sup_006(helm_release, {"version": version}) == {loose_chart}
	}
	sup_006(config_file, {"file": "https://raw.example/main/install.yaml"}) == {loose_file}
}

test_sup_006_fails_where_the_version_is_missing if {
	sup_006(helm_release, {}) == {loose_chart}
	sup_006(config_file, {}) == {loose_file}
}

test_sup_006_is_silent_on_opaque_values if {
	every value in opaque {
		sup_006(helm_release, {"version": value}) == set()
		sup_006(config_file, {"file": value}) == set()
	}
}
