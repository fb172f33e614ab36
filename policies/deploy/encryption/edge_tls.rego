package bedplate_deploy

import rego.v1

# METADATA
# title: The edge speaks TLS 1.2 or newer, and no plain HTTP
# description: >-
#   Requests to models carry the data that the rest of the platform protects. A listener without TLS,
#   or with AWS' oldest TLS policy (the default), gives it away on the first hop.
# custom:
#   id: ENC-010
#   severity: high
#   scope: resource
#   resource_types:
#     - aws:lb/listener:Listener
#     - aws:alb/listener:Listener
#     - kubernetes:networking.k8s.io/v1:Ingress
#     - kubernetes:gateway.networking.k8s.io/v1:Gateway
#   reads: [protocol, sslPolicy, spec]
#   controls: [uae-pdpl:20, nist-800-207:T2]
#   avoid: A listener with the protocol HTTP, or without sslPolicy.
#   remediation: Listen with HTTPS or TLS, and set sslPolicy to an ELBSecurityPolicy-TLS13-1-2 policy.
deny_enc_010 contains message if {
	is_listener
	listener_protocol in ["", "http"]
	message := sprintf("%s speaks plain HTTP; listen with HTTPS or TLS.", [label(input)])
}

deny_enc_010 contains message if {
	is_listener
	listener_protocol in ["https", "tls"]
	policy := object.get(input, "sslPolicy", "")
	is_known(policy)
	not is_new_tls_policy(policy)
	message := sprintf("%s accepts TLS below 1.2; set sslPolicy to an ELBSecurityPolicy-TLS13-1-2 policy.", [label(input)])
}

deny_enc_010 contains message if {
	input.__type == "kubernetes:networking.k8s.io/v1:Ingress"
	tls := at(input, ["spec", "tls"])
	is_blank(tls)
	message := sprintf("%s serves plain HTTP; name a certificate in spec.tls.", [label(input)])
}

deny_enc_010 contains message if {
	input.__type == "kubernetes:gateway.networking.k8s.io/v1:Gateway"
	some listener in listed(at(input, ["spec", "listeners"]))
	protocol := at(listener, ["protocol"])
	protocol in [null, "", "HTTP"]
	message := sprintf("%s has a listener of plain HTTP; use the protocol HTTPS or TLS.", [label(input)])
}

# The provider takes it in any case.
listener_protocol := lower(protocol) if {
	protocol := object.get(input, "protocol", null)
	is_string(protocol)
} else := "" if {
	object.get(input, "protocol", null) == null
}

is_listener if input.__type in ["aws:lb/listener:Listener", "aws:alb/listener:Listener"]

is_new_tls_policy(policy) if {
	is_string(policy)
	regex.match(`^ELBSecurityPolicy-(TLS13-1-[23]|FS-1-2|TLS-1-2)[A-Za-z0-9-]*$`, policy)
}
