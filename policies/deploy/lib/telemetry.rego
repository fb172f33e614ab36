package bedplate_deploy

import rego.v1

# METADATA
# title: Where telemetry and images go to and come from
# description: For each type the paths that name a target, by its ARN or its address.
alarm_paths := [["alarmActions"], ["okActions"], ["insufficientDataActions"]]

telemetry_paths := {
	"aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": [["destinationArn"]],
	"aws:cloudwatch/logDestination:LogDestination": [["targetArn"]],
	"aws:cloudwatch/metricStream:MetricStream": [["firehoseArn"]],
	"aws:cloudwatch/metricAlarm:MetricAlarm": alarm_paths,
	"aws:cloudwatch/compositeAlarm:CompositeAlarm": alarm_paths,
	"aws:cloudwatch/eventTarget:EventTarget": [["arn"]],
	"aws:cloudwatch/eventApiDestination:EventApiDestination": [["invocationEndpoint"]],
	"aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": [["destinationArn"]],
	"aws:ec2/flowLog:FlowLog": [["logDestination"]],
	"aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": [
		["httpEndpointConfiguration", "url"],
		["splunkConfiguration", "hecEndpoint"],
		["snowflakeConfiguration", "accountUrl"],
		["opensearchConfiguration", "domainArn"],
	],
	"aws:sns/topicSubscription:TopicSubscription": [["endpoint"]],
	"aws:ecr/pullThroughCacheRule:PullThroughCacheRule": [["upstreamRegistryUrl"]],
}

# The host of an address, without the name and password that may stand before it.
host_of(target) := split(host, ":")[0] if {
	is_string(target)
	regex.match(`^https?://`, lower(target))
	authority := split(replace(replace(split(lower(target), "://")[1], "?", "/"), "#", "/"), "/")[0]
	parts := split(authority, "@")
	host := parts[count(parts) - 1]
}

host_of(target) := split(target, "/")[0] if {
	input.__type == "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"
	is_string(target)
	not contains(target, "://")
}
