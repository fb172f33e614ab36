package bedplate_deploy_test

import rego.v1

enc_010(type, inputs) := hits if hits := data.bedplate_deploy.deny_enc_010 with input as one(type, inputs)

lb_listener := "aws:lb/listener:Listener"

gateway := "kubernetes:gateway.networking.k8s.io/v1:Gateway"

ingress := "kubernetes:networking.k8s.io/v1:Ingress"

enc_010_old := `Listener "x" accepts TLS below 1.2; set sslPolicy to an ELBSecurityPolicy-TLS13-1-2 policy.`

test_enc_010_passes if {
	enc_010(lb_listener, {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"}) == set()
	enc_010(lb_listener, {"protocol": "TCP"}) == set()
	enc_010(gateway, {"spec": {"listeners": [{"protocol": "HTTPS"}]}}) == set()
	enc_010(ingress, {"spec": {"tls": [{"hosts": ["models.acme.example"]}]}}) == set()
}

test_enc_010_fails_for_plain_http if {
	enc_010(lb_listener, {"protocol": "HTTP"}) == {`Listener "x" speaks plain HTTP; listen with HTTPS or TLS.`}
	enc_010(lb_listener, {"protocol": "http"}) == {`Listener "x" speaks plain HTTP; listen with HTTPS or TLS.`}
	enc_010(gateway, {"spec": {"listeners": [{"protocol": "HTTPS"}, {"protocol": "HTTP"}]}}) == {`Gateway "x" has a listener of plain HTTP; use the protocol HTTPS or TLS.`}
	enc_010(ingress, {"spec": {"rules": []}}) == {`Ingress "x" serves plain HTTP; name a certificate in spec.tls.`}
}

test_enc_010_fails_for_old_tls if enc_010(lb_listener, {"protocol": "TLS", "sslPolicy": "ELBSecurityPolicy-2016-08"}) == {enc_010_old}

test_enc_010_fails_where_it_is_missing if {
	enc_010(lb_listener, {}) == {`Listener "x" speaks plain HTTP; listen with HTTPS or TLS.`}
	enc_010(lb_listener, {"protocol": "HTTPS"}) == {enc_010_old}
	enc_010(lb_listener, {"protocol": "https"}) == {enc_010_old}
}

test_enc_010_is_silent_on_opaque_values if {
	every value in opaque {
		enc_010(lb_listener, {"protocol": value, "sslPolicy": value}) == set()
		enc_010(lb_listener, {"protocol": "HTTPS", "sslPolicy": value}) == set()
		enc_010(ingress, {"spec": value}) == set()
		enc_010(gateway, {"spec": {"listeners": [{"protocol": value}]}}) == set()
	}
}
