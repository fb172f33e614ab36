package bedplate_deploy_test

import rego.v1

ops_001_with(existing, resources) := hits if {
	hits := data.bedplate_deploy.stack_deny_ops_001 with input as stack(resources)
		with data.config as {"stack_deny_ops_001": {"existing": existing}}
}

ops_001(resources) := ops_001_with([], resources)

eks := "aws:eks/cluster:Cluster"

trail_type := "aws:cloudtrail/trail:Trail"

vpc_type := "aws:ec2/vpc:Vpc"

all_logs := ["api", "audit", "authenticator", "controllerManager", "scheduler"]

eks_logging(types) := named(eks, "x", {"enabledClusterLogTypes": types})

object_selectors := [{"name": "objects", "fieldSelectors": [
	{"field": "eventCategory", "equals": ["Data"]},
	{"field": "resources.type", "equals": ["AWS::S3::Object"]},
]}]

call_selector := {"name": "calls", "fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]}

selecting(selectors) := trail_with({"enableLogFileValidation": true, "advancedEventSelectors": selectors})

good_trail := selecting(array.concat([call_selector], object_selectors))

trail_with(inputs) := named(trail_type, "x", inputs)

vpc := named(vpc_type, "x", {})

flow_log(type) := reading("aws:ec2/flowLog:FlowLog", "f", {"trafficType": type}, "vpcId", urn(vpc_type, "x"))

ops_001_flow := on(vpc_type, `Vpc "x" has no flow log of all its traffic; add a FlowLog with trafficType ALL.`)

test_ops_001_passes if ops_001([eks_logging(all_logs), good_trail, vpc, flow_log("ALL")]) == set()

test_ops_001_passes_for_classic_selectors if {
	selectors := [{"dataResources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]}]
	ops_001([trail_with({"enableLogFileValidation": true, "eventSelectors": selectors})]) == set()
}

test_ops_001_fails_for_a_missing_log_type if {
	ops_001([eks_logging(["api", "authenticator", "controllerManager", "scheduler"]), good_trail]) == {on(eks, `Cluster "x" does not log audit; add them to enabledClusterLogTypes.`)}
}

test_ops_001_fails_where_all_logs_are_missing if {
	ops_001([named(eks, "x", {}), good_trail]) == {on(eks, `Cluster "x" does not log api, audit, authenticator, controllerManager, scheduler; add them to enabledClusterLogTypes.`)}
}

test_ops_001_fails_without_trail if {
	ops_001([eks_logging(all_logs)]) == {on(eks, `Cluster "x" stands in a stack without a CloudTrail trail; add one, or say that the account has it.`)}
	ops_001_with(["trail"], [eks_logging(all_logs)]) == set()
}

test_ops_001_fails_without_flow_log if {
	ops_001([vpc]) == {ops_001_flow}
	ops_001([vpc, flow_log("REJECT")]) == {ops_001_flow}
}

test_ops_001_fails_for_a_blind_trail if {
	ops_001([trail_with({"enableLogging": false})]) == {
		on(trail_type, `Trail "x" is switched off; leave enableLogging out.`),
		on(trail_type, `Trail "x" does not prove its files; set enableLogFileValidation to true.`),
		on(trail_type, `Trail "x" does not record reads of objects; add data events of AWS::S3::Object.`),
	}
}

test_ops_001_is_silent_on_opaque_values if {
	every value in opaque {
		ops_001([eks_logging(value), good_trail, vpc, flow_log(value)]) == set()
		ops_001([eks_logging([value]), good_trail]) == set()
		ops_001([trail_with({"enableLogging": value, "enableLogFileValidation": value, "advancedEventSelectors": value})]) == set()
	}
}

test_ops_001_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_ops_001 with input as stack([])
	hits == {"Rule stack_deny_ops_001 lacks facts of the environment (existing); run it through bedplate, or pass them as policy configuration."}
}

no_calls := on(trail_type, `Trail "x" does not record calls to AWS; add management events.`)

no_reads := on(trail_type, `Trail "x" does not record reads of objects; add data events of AWS::S3::Object.`)

classic(selector) := trail_with({"enableLogFileValidation": true, "eventSelectors": [selector]})

all_objects := {"dataResources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]}

test_ops_001_fails_for_a_trail_without_calls if {
	ops_001([selecting(object_selectors)]) == {no_calls}
	ops_001([classic(object.union(all_objects, {"includeManagementEvents": false}))]) == {no_calls}
}

test_ops_001_fails_for_a_trail_of_writes_only if {
	writes := {"fieldSelectors": array.concat(object_selectors[0].fieldSelectors, [{"field": "readOnly", "equals": ["false"]}])}
	ops_001([selecting([call_selector, writes])]) == {no_reads}
	ops_001([classic(object.union(all_objects, {"readWriteType": "WriteOnly"}))]) == {no_reads}
	ops_001([classic(object.union(all_objects, {"readWriteType": "All", "includeManagementEvents": true}))]) == set()
}

test_ops_001_fails_for_a_trail_of_no_bucket if {
	ops_001([classic({"dataResources": [{"type": "AWS::S3::Object", "values": []}]})]) == {no_reads}
}
