package bedplate_deploy

import rego.v1

# METADATA
# title: GPU machines are of types that the environment lists and the region offers
# description: >-
#   A type that the region does not offer fails hours after the review, and one that nobody listed
#   was priced by nobody.
# custom:
#   id: GPU-001
#   severity: high
#   scope: resource
#   resource_types:
#     - aws:eks/nodeGroup:NodeGroup
#     - aws:ec2/launchTemplate:LaunchTemplate
#     - aws:ec2/launchConfiguration:LaunchConfiguration
#     - aws:ec2/instance:Instance
#     - aws:ec2/spotInstanceRequest:SpotInstanceRequest
#     - aws:ec2/capacityReservation:CapacityReservation
#     - aws:autoscaling/group:Group
#     - aws:ec2/fleet:Fleet
#     - aws:ec2/spotFleetRequest:SpotFleetRequest
#     - kubernetes:karpenter.sh/v1:NodePool
#   reads:
#     - instanceTypes
#     - instanceType
#     - mixedInstancesPolicy
#     - launchTemplateConfigs
#     - launchSpecifications
#     - spec.template.spec.requirements
#   controls: [iso27001:A.8.6]
#   avoid: A node group of p5.48xlarge in a region that offers none, or that no pool lists.
#   remediation: List the type under gpu_pools, or choose one that the region offers.
#   parameters: [gpu_instance_types, gpu_offerings]
#   settings: [.instance_types, gpu_pools]
deny_gpu_001 contains message if message := without_facts("deny_gpu_001", ["gpu_instance_types", "gpu_offerings"])

deny_gpu_001 contains message if {
	allowed := listed(fact("deny_gpu_001", "gpu_instance_types"))
	some type in machine_gpu_types(input)
	not type in allowed
	message := sprintf("%s is of the type %s, which no pool lists; list it under gpu_pools or choose another.", [label(input), type])
}

deny_gpu_001 contains message if {
	offered := listed(fact("deny_gpu_001", "gpu_offerings"))
	some type in machine_gpu_types(input)
	not type in offered
	message := sprintf("%s is of the type %s, which the region is not known to offer; choose another.", [label(input), type])
}
