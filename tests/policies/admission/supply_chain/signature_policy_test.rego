package bedplate_admission_test

import rego.v1

sup_105(question) := hits if hits := data.bedplate_admission.deny_sup_105 with input as question

in_force(kind, action) := {"kind": kind, "metadata": {"name": "x"}, "spec": {"enforcementAction": action}}

test_sup_105_passes if {
	sup_105(strict(in_force("BedplateImageTags", "deny"))) == set()
	sup_105(strict({"kind": "BedplateImageTags", "metadata": {"name": "x"}, "spec": {}})) == set()
	sup_105(strict(in_force("BedplateServices", "warn"))) == set()
	sup_105(asked(in_force("BedplateImageTags", "warn"), lenient)) == set()
}

test_sup_105_fails_where_it_only_tells if {
	every kind in ["BedplateImageRegistries", "BedplateImageTags", "BedplateModelSignature", "BedplateModelStorage"] {
		sup_105(strict(in_force(kind, "warn"))) == of(kind, "is not in force: its enforcement is warn.")
	}
}

test_sup_105_fails_where_the_environment_says_nothing if count(sup_105(asked(in_force("BedplateImageTags", "dryrun"), {}))) == 1

test_sup_105_is_silent_on_opaque_values if {
	every value in opaque {
		sup_105(strict(in_force("BedplateImageTags", value))) == set()
		sup_105(strict({"kind": "BedplateImageTags", "metadata": {"name": "x"}, "spec": value})) == set()
	}
}
