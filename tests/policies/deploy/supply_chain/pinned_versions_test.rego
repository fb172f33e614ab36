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

test_sup_006_fails_for_charts_by_another_type if {
	sup_006("kubernetes:helm.sh/v4:Chart", {"version": ">=1.2"}) == {`Chart "x" is of no exact version; state it whole, such as 1.2.3.`}
	sup_006("kubernetes:helm.sh/v4:Chart", {"version": "1.2.3"}) == set()
}

test_sup_006_fails_for_what_is_fetched_without_a_version if {
	sup_006("kubernetes:yaml/v2:ConfigGroup", {"files": ["app.yaml", "https://raw.example/main/install.yaml"]}) == {`ConfigGroup "x" is of no stated version; take files of a release, whose address names it.`}
	sup_006("kubernetes:kustomize/v2:Directory", {"directory": "https://git.example/x//config?ref=main"}) == {`Directory "x" is of no stated version; take files of a release, whose address names it.`}
	sup_006("kubernetes:kustomize/v2:Directory", {"directory": "https://git.example/x//config?ref=v1.2.3"}) == set()
	sup_006("kubernetes:yaml/v2:ConfigGroup", {"files": ["app.yaml"], "yaml": "a: b"}) == set()
}

test_sup_006_takes_no_address_of_a_host_for_a_version if sup_006(config_file, {"file": "https://10.20.30.40/main/install.yaml"}) == {loose_file}
