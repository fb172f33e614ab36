package bedplate_admission_test

import rego.v1

enc_101(question) := hits if hits := data.bedplate_admission.deny_enc_101 with input as question

claim(class) := named("PersistentVolumeClaim", {"spec": {"storageClassName": class}})

test_enc_101_passes if {
	enc_101(strict(claim("gp3-encrypted"))) == set()
	enc_101(strict(named("PersistentVolumeClaim", {"spec": {}}))) == set()
	enc_101(strict(pod(good_pod))) == set()
}

test_enc_101_fails_for_another_class if {
	enc_101(strict(claim("gp2"))) == of("PersistentVolumeClaim", `asks for the storage class "gp2"; use one of gp3-encrypted.`)
	templates := {"spec": {"volumeClaimTemplates": [{"spec": {"storageClassName": "gp2"}}]}}
	enc_101(strict(named("StatefulSet", templates))) == of("StatefulSet", `asks for the storage class "gp2"; use one of gp3-encrypted.`)
}

test_enc_101_fails_where_the_environment_says_nothing if enc_101(asked(claim("gp3-encrypted"), {})) == of("PersistentVolumeClaim", `asks for the storage class "gp3-encrypted"; use one of .`)

test_enc_101_is_silent_on_opaque_values if {
	every value in opaque {
		enc_101(strict(claim(value))) == set()
		enc_101(strict(named("PersistentVolumeClaim", {"spec": value}))) == set()
	}
}
