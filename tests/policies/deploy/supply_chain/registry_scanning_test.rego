package bedplate_deploy_test

import rego.v1

sup_004(type, inputs) := hits if hits := data.bedplate_deploy.deny_sup_004 with input as one(type, inputs)

ecr := "aws:ecr/repository:Repository"

ecr_scanning := "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"

scanned := {"imageTagMutability": "IMMUTABLE", "imageScanningConfiguration": {"scanOnPush": true}}

moved_tags := `Repository "x" lets its tags be moved; set imageTagMutability to IMMUTABLE.`

unscanned := `Repository "x" does not scan what is pushed; set imageScanningConfiguration.scanOnPush to true.`

scans_nothing := `RegistryScanningConfiguration "x" scans nothing by itself; add a rule with SCAN_ON_PUSH or CONTINUOUS_SCAN.`

test_sup_004_passes if {
	sup_004(ecr, scanned) == set()
	sup_004(ecr_scanning, {"rules": [{"scanFrequency": "CONTINUOUS_SCAN"}]}) == set()
}

test_sup_004_fails_for_movable_tags if sup_004(ecr, object.union(scanned, {"imageTagMutability": "MUTABLE"})) == {moved_tags}

test_sup_004_fails_without_a_scan if {
	sup_004(ecr, object.union(scanned, {"imageScanningConfiguration": {"scanOnPush": false}})) == {unscanned}
	sup_004(ecr_scanning, {"rules": [{"scanFrequency": "MANUAL"}]}) == {scans_nothing}
}

test_sup_004_fails_where_it_is_missing if {
	sup_004(ecr, {}) == {moved_tags, unscanned}
	sup_004(ecr_scanning, {}) == {scans_nothing}
}

test_sup_004_is_silent_on_opaque_values if {
	every value in opaque {
		sup_004(ecr, {"imageTagMutability": value, "imageScanningConfiguration": value}) == set()
		sup_004(ecr_scanning, {"rules": value}) == set()
		sup_004(ecr_scanning, {"rules": [value]}) == set()
	}
}
