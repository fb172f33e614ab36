package bedplate_deploy

import rego.v1

# METADATA
# title: A resource outside the jurisdictions rests on a recorded basis that is in force
# description: >-
#   A region may be allowed although it lies abroad, for recovery above all. Then somebody accepted
#   that transfer, on a stated ground, up to a stated day.
# custom:
#   id: RES-004
#   severity: critical
#   scope: resource
#   resource_types: ["aws:*"]
#   reads: [__provider.properties.region, region]
#   narrow: true
#   controls:
#     - uae-pdpl:23
#     - cbuae:6.3
#     - gdpr:45
#     - gdpr:46
#     - gdpr:47
#     - gdpr:49
#     - difc:26
#     - adgm:40
#     - adgm:41
#   avoid: A bucket in a country that is none of the jurisdictions, without an entry in transfers.
#   remediation: Move it, or record basis, approver and expiry under governance.transfers.
#   parameters: [countries, region_countries, transfers, today]
#   settings: [aws.region, governance.disaster_recovery.region, governance.transfers]
deny_res_004 contains message if message := without_facts("deny_res_004", ["countries", "region_countries", "transfers", "today"])

deny_res_004 contains message if {
	startswith(input.__type, "aws:")
	countries := listed(fact("deny_res_004", "countries"))
	region := region_of(input)

	# Where nobody states a region, RES-001 speaks.
	is_string(region)
	country := country_of(region, fact("deny_res_004", "region_countries"))
	not country in countries
	is_known(region)
	not has_basis(country)
	message := sprintf("%s lies in %s (%s), outside the jurisdictions, without a recorded basis in force; move it or record the transfer.", [label(input), region, country])
}

has_basis(country) if {
	today := fact("deny_res_004", "today")
	is_string(today)
	some transfer in listed(fact("deny_res_004", "transfers"))
	transfer.country == country
	basis := object.get(transfer, "basis", null)
	not is_blank(basis)
	approver := object.get(transfer, "approver", null)
	not is_blank(approver)
	expires := object.get(transfer, "expires", "")
	regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, expires)
	expires >= today
}
