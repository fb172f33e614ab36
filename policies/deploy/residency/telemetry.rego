package bedplate_deploy

import rego.v1

# METADATA
# title: Logs, metrics, alarms and images flow only to and from places that the environment names
# description: >-
#   Logs and events repeat personal data; a subscription is a transfer that nobody signs. Images come
#   in only from upstreams that the environment lists.
# custom:
#   id: RES-006
#   severity: high
#   scope: resource
#   resource_types:
#     - aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter
#     - aws:cloudwatch/logDestination:LogDestination
#     - aws:cloudwatch/metricStream:MetricStream
#     - aws:cloudwatch/metricAlarm:MetricAlarm
#     - aws:cloudwatch/compositeAlarm:CompositeAlarm
#     - aws:cloudwatch/eventTarget:EventTarget
#     - aws:cloudwatch/eventApiDestination:EventApiDestination
#     - aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig
#     - aws:ec2/flowLog:FlowLog
#     - aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream
#     - aws:sns/topicSubscription:TopicSubscription
#     - aws:ecr/pullThroughCacheRule:PullThroughCacheRule
#   reads:
#     - destinationArn
#     - targetArn
#     - firehoseArn
#     - alarmActions
#     - okActions
#     - insufficientDataActions
#     - arn
#     - logDestination
#     - httpEndpointConfiguration.url
#     - splunkConfiguration.hecEndpoint
#     - snowflakeConfiguration.accountUrl
#     - opensearchConfiguration.domainArn
#     - invocationEndpoint
#     - endpoint
#     - upstreamRegistryUrl
#   narrow: true
#   controls: [uae-pdpl:22, gdpr:44]
#   avoid: A log subscription to another region, or a delivery stream to a host that nobody listed.
#   remediation: Send it to a region of the environment, or list the host in integrations or registry.
#   parameters: [allowed_regions, telemetry_hosts, pull_through]
#   settings: [integrations, registry.pull_through]
deny_res_006 contains message if message := without_facts("deny_res_006", ["allowed_regions", "telemetry_hosts", "pull_through"])

deny_res_006 contains message if {
	some path in telemetry_paths[input.__type]
	some target in listed(at(input, path))
	is_outside(arn_region(target), fact("deny_res_006", "allowed_regions"))
	message := sprintf("%s sends to %s, a region that the environment does not allow; name a target within it.", [label(input), arn_region(target)])
}

deny_res_006 contains message if {
	some path in telemetry_paths[input.__type]
	some target in listed(at(input, path))
	host := host_of(target)
	not is_listed_host(host)
	message := sprintf("%s exchanges data with %s, which the environment does not list; list it or remove this.", [label(input), host])
}

# An upstream is named without a scheme; ECR's own names carry their region.
is_listed_host(host) if host in fact("deny_res_006", "telemetry_hosts")

is_listed_host(host) if host in fact("deny_res_006", "pull_through")

is_listed_host(host) if {
	is_array(fact("deny_res_006", "allowed_regions"))
	regex.match(`^[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$`, host)
	split(host, ".")[3] in fact("deny_res_006", "allowed_regions")
}
