"""Outputs of what watches and warns: trails, logs, detectors, alarms, queues, budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.outputs.kind import Kind, regional, worldwide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.engine.outputs.model import Subject


def _event_rule(subject: Subject, identifier: str) -> dict[str, Any]:
    bus = subject.text("eventBusName", "default")
    path = identifier if bus == "default" else f"{bus}/{identifier}"
    return {"arn": subject.arn("events", f"rule/{path}"), "eventBusName": bus, "id": path}


def _queue(subject: Subject, _identifier: str) -> dict[str, Any]:
    host = f"sqs.{subject.region}.{subject.account.dns_suffix}"
    url = f"https://{host}/{subject.account.account_id}/{subject.physical_name('name')}"
    return {"id": url, "url": url}


def _standards(subject: Subject, _identifier: str) -> dict[str, Any]:
    standard = subject.text("standardsArn", "standards/unknown").rsplit(":", 1)[-1]
    path = standard.replace("standards/", "subscription/").replace("ruleset/", "subscription/")
    arn = subject.arn("securityhub", path)
    return {"id": arn, "arn": arn}


def _enabler(subject: Subject, _identifier: str) -> dict[str, Any]:
    accounts, kinds = subject.inputs.get("accountIds"), subject.inputs.get("resourceTypes")
    names = [sorted(map(str, items)) for items in (accounts, kinds) if isinstance(items, list)]
    return {"id": "-".join(":".join(part) for part in names)} if names else {}


def _subscription(subject: Subject, _identifier: str) -> dict[str, Any]:
    # E-mail addresses must be confirmed by a person; AWS confirms its own services at once.
    pending = subject.text("protocol", "email").startswith("email")
    arn = f"{subject.text('topic', 'unknown')}:{subject.uuid()}"
    return {"id": arn, "arn": arn, "pendingConfirmation": pending}


def _named(service: str, resource: str, **more: Any) -> Kind:
    """Return the kind of a tagged resource that is known by its name."""
    values: dict[str, Any] = {
        "id": "{name}",
        "arn": regional(service, f"{resource}{{name}}"),
        "name_key": "name",
        "tagged": True,
    }
    return Kind(**(values | more))


TABLE: Final[Mapping[str, Kind]] = {
    "aws:cloudtrail/trail:Trail": _named(
        "cloudtrail", "trail/", id="{arn}", computed={"homeRegion": "{region}"}
    ),
    "aws:cloudtrail/eventDataStore:EventDataStore": Kind(
        id=regional("cloudtrail", "eventdatastore/{uuid}"),
        arn=regional("cloudtrail", "eventdatastore/{uuid}"),
        name_key="name",
        tagged=True,
    ),
    "aws:cloudwatch/logGroup:LogGroup": _named("logs", "log-group:"),
    "aws:cloudwatch/logStream:LogStream": Kind(
        id="{name}", arn=regional("logs", "log-group:{logGroupName}:log-stream:{name}")
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Kind(
        id="{policyName}", computed={"policyScope": "ACCOUNT", "revisionId": "{hex}"}
    ),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": Kind(id="{name}", name_key="name"),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": Kind(
        id="cwlsf-{hex}", name_key="name"
    ),
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": Kind(id="{logGroupName}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _named("cloudwatch", "alarm:"),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": Kind(
        id="{alarmName}", arn=regional("cloudwatch", "alarm:{alarmName}"), tagged=True
    ),
    "aws:cloudwatch/dashboard:Dashboard": Kind(
        id="{dashboardName}",
        computed={"dashboardArn": worldwide("cloudwatch", "dashboard/{dashboardName}")},
    ),
    "aws:cloudwatch/eventRule:EventRule": Kind(
        id="{name}", name_key="name", tagged=True, code=_event_rule
    ),
    "aws:cloudwatch/eventTarget:EventTarget": Kind(
        id="{rule}-{targetId}",
        defaults={"eventBusName": "default", "targetId": "terraform-{hex}"},
    ),
    "aws:cloudwatch/eventBus:EventBus": _named("events", "event-bus/"),
    "aws:sqs/queue:Queue": Kind(
        id="{name}", arn=regional("sqs", "{name}"), name_key="name", tagged=True, code=_queue
    ),
    "aws:sqs/queuePolicy:QueuePolicy": Kind(id="{queueUrl}"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": Kind(id="{queueUrl}"),
    "aws:sqs/redrivePolicy:RedrivePolicy": Kind(id="{queueUrl}"),
    "aws:sns/topic:Topic": Kind(
        id="{arn}",
        arn=regional("sns", "{name}"),
        name_key="name",
        tagged=True,
        computed={"owner": "{account}"},
    ),
    "aws:sns/topicPolicy:TopicPolicy": Kind(id="{arn}", computed={"owner": "{account}"}),
    "aws:sns/topicSubscription:TopicSubscription": Kind(
        id="{topic}:{uuid}",
        code=_subscription,
        computed={"ownerId": "{account}", "confirmationWasAuthenticated": False},
    ),
    "aws:budgets/budget:Budget": Kind(
        id="{account}:{name}",
        arn=worldwide("budgets", "budget/{name}"),
        name_key="name",
        tagged=True,
    ),
    "aws:budgets/budgetAction:BudgetAction": Kind(
        id="{account}:{uuid}:{budgetName}",
        arn=worldwide("budgets", "budget/{budgetName}/action/{uuid}"),
        tagged=True,
        computed={"actionId": "{uuid}", "status": "STANDBY"},
    ),
    "aws:guardduty/detector:Detector": Kind(
        id="{hex32}",
        arn=regional("guardduty", "detector/{id}"),
        tagged=True,
        computed={"accountId": "{account}"},
    ),
    "aws:guardduty/detectorFeature:DetectorFeature": Kind(id="{detectorId}/{name}"),
    "aws:guardduty/publishingDestination:PublishingDestination": Kind(
        id="{detectorId}:{hex32}",
        arn=regional("guardduty", "detector/{detectorId}/publishingDestination/{hex32}"),
        tagged=True,
        computed={"destinationId": "{hex32}"},
    ),
    "aws:securityhub/account:Account": Kind(
        id="{account}", arn=regional("securityhub", "hub/default")
    ),
    "aws:securityhub/standardsSubscription:StandardsSubscription": Kind(
        id="{standardsArn}", code=_standards
    ),
    "aws:securityhub/findingAggregator:FindingAggregator": Kind(
        id=regional("securityhub", "finding-aggregator/{uuid}"),
        arn=regional("securityhub", "finding-aggregator/{uuid}"),
    ),
    "aws:securityhub/insight:Insight": Kind(
        id=regional("securityhub", "insight/{account}/custom/{uuid}"),
        arn=regional("securityhub", "insight/{account}/custom/{uuid}"),
    ),
    "aws:cfg/recorder:Recorder": Kind(id="{name}", defaults={"name": "default"}),
    "aws:cfg/recorderStatus:RecorderStatus": Kind(id="{name}"),
    "aws:cfg/deliveryChannel:DeliveryChannel": Kind(id="{name}", defaults={"name": "default"}),
    "aws:cfg/retentionConfiguration:RetentionConfiguration": Kind(
        id="default", computed={"name": "default"}
    ),
    "aws:cfg/rule:Rule": Kind(
        id="{name}",
        arn=regional("config", "config-rule/config-rule-{hex}"),
        name_key="name",
        tagged=True,
        computed={"ruleId": "config-rule-{hex}"},
    ),
    "aws:cfg/conformancePack:ConformancePack": Kind(
        id="{name}", arn=regional("config", "conformance-pack/{name}/{hex}"), name_key="name"
    ),
    "aws:cfg/configurationAggregator:ConfigurationAggregator": _named(
        "config", "config-aggregator/"
    ),
    "aws:accessanalyzer/analyzer:Analyzer": Kind(
        id="{analyzerName}",
        arn=regional("access-analyzer", "analyzer/{analyzerName}"),
        tagged=True,
        defaults={"type": "ACCOUNT"},
    ),
    "aws:accessanalyzer/archiveRule:ArchiveRule": Kind(id="{analyzerName}/{ruleName}"),
    "aws:inspector2/enabler:Enabler": Kind(id="{account}", code=_enabler),
    "aws:macie2/account:Account": Kind(
        id="{account}",
        computed={
            "serviceRole": worldwide(
                "iam",
                "role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie",
            )
        },
    ),
    "aws:detective/graph:Graph": Kind(
        id=regional("detective", "graph:{hex32}"),
        tagged=True,
        computed={"graphArn": regional("detective", "graph:{hex32}")},
    ),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": _named(
        "firehose", "deliverystream/", id="{arn}"
    ),
    "aws:scheduler/schedule:Schedule": Kind(
        id="default/{name}", arn=regional("scheduler", "schedule/default/{name}"), name_key="name"
    ),
    "aws:acm/certificate:Certificate": Kind(
        id=regional("acm", "certificate/{uuid}"),
        arn=regional("acm", "certificate/{uuid}"),
        tagged=True,
        computed={"status": "ISSUED", "type": "AMAZON_ISSUED"},
    ),
}
"""How the outputs of each type that watches and warns look."""
