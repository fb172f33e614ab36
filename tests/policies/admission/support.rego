package bedplate_admission_test

import rego.v1

# Stand-ins and builders that the tests of all rules share.

unknown := {"$unknown": true}

secret := {"$secret": true}

# Pulumi's own wrapper, and its text for an unknown value.
wrapped := {"Element": "hidden"}

unknown_text := "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

opaque := [unknown, secret, wrapped, unknown_text]

sha := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

image := concat("@", ["registry.example/x", sha])

# What a strict environment gives.
given := {
	"approvals": ["2"],
	"classes": ["gp3-encrypted"],
	"closed_accounts": ["model-reader"],
	"evidence": [
		"author", "automated-decision", "evaluation", "impact-assessment", "lineage-id", "model-card",
		"model-digest", "model-manifest", "model-signer", "read-only-root", "request-log", "risk-tier",
		"rollback", "signature-policy",
	],
	"high_risk_tiers": ["3"],
	"impact_assessment": ["DPIA-7"],
	"personal_data": ["true"],
	"pinning": ["digest"],
	"platform_images": ["registry.example/mirror/argoexec"],
	"registries": ["registry.example/"],
	"request_log": ["http://log:8088"],
	"signers": ["release@acme.example"],
	"stores": ["s3://acme-models/"],
	"token_accounts": ["workload"],
}

# In development no evidence is demanded.
lenient := object.union(given, {"approvals": ["0"], "evidence": [], "pinning": ["tag"]})

strict(document) := asked(document, given)

asked(document, parameters) := {
	"review": {
		"object": document,
		"kind": {"group": "", "version": "v1", "kind": document.kind},
		"name": "x",
		"namespace": "fraud",
		"operation": "CREATE",
	},
	"parameters": parameters,
	"_pulumi": {"urn": "urn:pulumi:prod::platform::x::x"},
}

named(kind, rest) := object.union(rest, {"kind": kind, "metadata": object.union({"name": "x", "namespace": "fraud"}, object.get(rest, "metadata", {}))})

annotations := {
	"bedplate/author": "amal",
	"bedplate/approvers": "layla, omar",
	"bedplate/automated-decision": "true",
	"bedplate/evaluation": sha,
	"bedplate/intended-purpose": "Scores payments",
	"bedplate/lineage-id": "run-17",
	"bedplate/model-card": sha,
	"bedplate/model-digest": sha,
	"bedplate/model-manifest": sha,
	"bedplate/model-signer": "release@acme.example",
	"bedplate/oversight-owner": "risk-office",
	"bedplate/review-route": "https://acme.example/review",
	"bedplate/risk-file": "RISK-12",
	"bedplate/risk-tier": "3",
	"bedplate/rollback": "6",
}

predictor := {
	"serviceAccountName": "model-reader",
	"minReplicas": 1,
	"maxReplicas": 3,
	"logger": {"mode": "all", "url": "http://log:8088/"},
	"model": {"storageUri": "s3://acme-models/fraud/7", "resources": needs},
}

needs := {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}

labels := {"app": "fraud", "team": "fraud", "model": "fraud", "model-version": "7"}

model := model_of(annotations, predictor)

model_of(notes, part) := named("InferenceService", {
	"metadata": {"annotations": notes, "labels": labels},
	"spec": {"predictor": part},
})

# A model with an annotation of ours changed, or some of them removed.
noted(key, value) := model_of(object.union(object.remove(annotations, [key]), {key: value}), predictor)

unnoted(keys) := model_of(object.remove(annotations, keys), predictor)

# A model whose predictor has a field changed, or some removed.
served(key, value) := model_of(annotations, object.union(object.remove(predictor, [key]), {key: value}))

unserved(keys) := model_of(annotations, object.remove(predictor, keys))

safe := {
	"allowPrivilegeEscalation": false,
	"capabilities": {"drop": ["ALL"]},
	"readOnlyRootFilesystem": true,
	"runAsNonRoot": true,
	"seccompProfile": {"type": "RuntimeDefault"},
}

container := {"name": "main", "image": image, "resources": needs, "securityContext": safe}

changed(key, value) := object.union(object.remove(container, [key]), {key: value})

secured(key, value) := changed("securityContext", object.union(object.remove(safe, [key]), {key: value}))

pod_of(one) := {"automountServiceAccountToken": false, "containers": [one]}

good_pod := pod_of(container)

pod(spec) := named("Pod", {"spec": spec})

# Everything that holds the template of a pod.
makers(spec) := [
	named("Pod", {"spec": spec}),
	named("Deployment", {"spec": {"template": {"spec": spec}}}),
	named("StatefulSet", {"spec": {"template": {"spec": spec}}}),
	named("DaemonSet", {"spec": {"template": {"spec": spec}}}),
	named("ReplicaSet", {"spec": {"template": {"spec": spec}}}),
	named("ReplicationController", {"spec": {"template": {"spec": spec}}}),
	named("Job", {"spec": {"template": {"spec": spec}}}),
	named("CronJob", {"spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}}),
]

# What a rule says of the object called x.
of(kind, text) := {sprintf("%s \"x\" %s", [kind, text])}

of_model(text) := of("InferenceService", text)
