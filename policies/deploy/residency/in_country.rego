package bedplate_deploy

import rego.v1

# METADATA
# title: Health and bank data lies in the United Arab Emirates
# description: >-
#   The health law and the central bank's regulation keep the data itself, and not only a copy, in
#   the country: storage, machines that hold it, logs and keys.
# custom:
#   id: RES-002
#   severity: critical
#   scope: resource
#   resource_types:
#     - "aws:amp/*"
#     - "aws:athena/*"
#     - "aws:autoscaling/group*"
#     - "aws:backup/*"
#     - "aws:batch/*"
#     - "aws:bedrock/*"
#     - "aws:cloudtrail/*"
#     - "aws:cloudwatch/log*"
#     - "aws:docdb/*"
#     - "aws:dynamodb/*"
#     - "aws:ebs/*"
#     - "aws:ec2/ami*"
#     - "aws:ec2/fleet*"
#     - "aws:ec2/instance*"
#     - "aws:ec2/launchTemplate*"
#     - "aws:ec2/spot*"
#     - "aws:ecr/*"
#     - "aws:ecs/*"
#     - "aws:efs/*"
#     - "aws:eks/*"
#     - "aws:elasticache/*"
#     - "aws:elasticsearch/*"
#     - "aws:emr*"
#     - "aws:fsx/*"
#     - "aws:glue/*"
#     - "aws:keyspaces/*"
#     - "aws:kinesis/*"
#     - "aws:kms/*"
#     - "aws:lambda/*"
#     - "aws:memorydb/*"
#     - "aws:mq/*"
#     - "aws:msk*"
#     - "aws:neptune*"
#     - "aws:opensearch/*"
#     - "aws:rds/*"
#     - "aws:redshift*"
#     - "aws:s3/*"
#     - "aws:s3tables/*"
#     - "aws:sagemaker/*"
#     - "aws:secretsmanager/*"
#     - "aws:sfn/*"
#     - "aws:sns/*"
#     - "aws:sqs/*"
#     - "aws:ssm/parameter*"
#     - "aws:timestream*"
#   reads: [__provider.properties.region, region]
#   narrow: true
#   controls: [uae-health:13, "cbuae:6.1"]
#   avoid: A store of health or bank data in a region outside the country.
#   remediation: Put it in a region of the country, such as me-central-1.
#   parameters: [regimes, region_countries, foreign_branch]
#   applies: {regimes: [uae-health, uae-bank]}
#   settings: [aws.region, governance.regimes]
deny_res_002 contains message if message := without_facts("deny_res_002", ["regimes", "region_countries", "foreign_branch"])

deny_res_002 contains message if {
	holds_data(input.__type)
	some regime in listed(fact("deny_res_002", "regimes"))
	keeps_data_in_country(regime)
	region := region_of(input)
	is_known(region)
	country_of(region, fact("deny_res_002", "region_countries")) != "AE"
	message := sprintf("%s lies in %s, outside the country in which %s keeps its data; move it to a region of the United Arab Emirates.", [label(input), region_text(region), regime])
}

keeps_data_in_country(regime) if regime == "uae-health"

# A foreign branch keeps its record abroad, and a daily copy in the country: RES-007.
keeps_data_in_country(regime) if {
	regime == "uae-bank"
	fact("deny_res_002", "foreign_branch") == false
}
