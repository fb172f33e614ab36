package bedplate_admission

import rego.v1

# METADATA
# title: Models are served from the environment's own store
# description: >-
#   A model from elsewhere was not registered here, and reading it may cross a border.
# custom:
#   id: RES-101
#   severity: critical
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [spec]
#   controls: [uae-pdpl:22, gdpr:44, iso27001:A.8.9]
#   parameters: [stores]
#   avoid: An InferenceService whose storageUri begins with none of the parameter `stores`, or without one.
#   remediation: Register the model, and serve it from the model bucket.
deny_res_101 contains message if {
	stores := parameter("stores", [])
	some uri in storage_uris
	count([store | some store in stores; startswith(uri, store)]) == 0
	message := sprintf("%s serves \"%s\", which is not below %s.", [label, uri, concat(", ", stores)])
}

# Such a place lies in a secret, where nobody judges it.
deny_res_101 contains message if {
	some server in servers
	at(server, ["storage"]) != null
	message := sprintf("%s serves what `storage` names; set storageUri instead.", [label])
}

# A server without a place may fetch a model by its name, from wherever it likes.
deny_res_101 contains message if {
	some predictor in predictors
	some field in server_fields
	server := at(predictor, [field])
	is_object(server)
	is_known(server)
	places := [server_place | some key in ["storage", "storageUri"]; server_place := at(server, [key]); not is_blank(server_place)]
	count(places) == 0
	more := at(predictor, ["storageUris"])
	is_blank(more)
	message := sprintf("%s names no place of its model; set storageUri.", [label])
}

storage_uris contains uri if {
	some server in servers
	uri := at(server, ["storageUri"])
	is_string(uri)
	is_given(uri)
}

storage_uris contains uri if {
	some part in serving_parts
	some source in listed(at(part, ["storageUris"]))
	uri := at(source, ["uri"])
	is_string(uri)
	is_given(uri)
}

# Where a container is written out, KServe reads the model's place from its environment.
storage_uris contains uri if {
	serves_model
	some container in containers
	some variable in listed(at(container, ["env"]))
	at(variable, ["name"]) == "STORAGE_URI"
	uri := at(variable, ["value"])
	is_string(uri)
	is_given(uri)
}
