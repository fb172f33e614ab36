package bedplate_deploy

import rego.v1

# METADATA
# title: Logs, trails, secrets, topics and queues are encrypted with a customer key
# description: >-
#   Logs and messages repeat what the data says. The key decides who reads them, apart from who may
#   administer the service.
# custom:
#   id: ENC-009
#   severity: medium
#   scope: resource
#   resource_types:
#     - aws:cloudwatch/logGroup:LogGroup
#     - aws:cloudtrail/trail:Trail
#     - aws:secretsmanager/secret:Secret
#     - aws:sns/topic:Topic
#     - aws:sqs/queue:Queue
#     - aws:kinesis/stream:Stream
#   reads: [kmsKeyId, kmsMasterKeyId]
#   controls: [iso27001:A.8.24]
#   avoid: A log group without kmsKeyId, or a topic with the key alias/aws/sns.
#   remediation: Name a customer key.
deny_enc_009 contains message if {
	property := log_keys[input.__type]
	key := object.get(input, property, null)
	lacks_customer_key(key)
	message := sprintf("%s is not encrypted with a customer key; set %s.", [label(input), property])
}

log_keys := {
	"aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
	"aws:cloudtrail/trail:Trail": "kmsKeyId",
	"aws:secretsmanager/secret:Secret": "kmsKeyId",
	"aws:sns/topic:Topic": "kmsMasterKeyId",
	"aws:sqs/queue:Queue": "kmsMasterKeyId",
	"aws:kinesis/stream:Stream": "kmsKeyId",
}
