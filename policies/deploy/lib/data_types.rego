package bedplate_deploy

import rego.v1

# METADATA
# title: Types of resources that hold data, or run what does
# description: Stores, machines, services that keep what they are given, logs and keys, by how they begin.
holds_data(type) if {
	some prefix in data_prefixes
	startswith(type, prefix)
}

data_prefixes := [
	"aws:amp/",
	"aws:athena/",
	"aws:autoscaling/group",
	"aws:backup/",
	"aws:batch/",
	"aws:bedrock/",
	"aws:cloudtrail/",
	"aws:cloudwatch/log",
	"aws:docdb/",
	"aws:dynamodb/",
	"aws:ebs/",
	"aws:ec2/ami",
	"aws:ec2/fleet",
	"aws:ec2/instance",
	"aws:ec2/launchTemplate",
	"aws:ec2/spot",
	"aws:ecr/",
	"aws:ecs/",
	"aws:efs/",
	"aws:eks/",
	"aws:elasticache/",
	"aws:elasticsearch/",
	"aws:emr",
	"aws:fsx/",
	"aws:glue/",
	"aws:keyspaces/",
	"aws:kinesis/",
	"aws:kms/",
	"aws:lambda/",
	"aws:memorydb/",
	"aws:mq/",
	"aws:msk",
	"aws:neptune",
	"aws:opensearch/",
	"aws:rds/",
	"aws:redshift",
	"aws:s3/",
	"aws:s3tables/",
	"aws:sagemaker/",
	"aws:secretsmanager/",
	"aws:sfn/",
	"aws:sns/",
	"aws:sqs/",
	"aws:ssm/parameter",
	"aws:timestream",
]
