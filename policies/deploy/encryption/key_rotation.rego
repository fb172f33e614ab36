package bedplate_deploy

import rego.v1

# METADATA
# title: Keys rotate, and can be saved from deletion
# description: >-
#   Rotation bounds what one leaked key opens. A key that is gone takes its data with it, so the
#   window in which a deletion can be undone must outlast a holiday.
# custom:
#   id: ENC-003
#   severity: high
#   scope: resource
#   resource_types: [aws:kms/key:Key]
#   reads: [enableKeyRotation, deletionWindowInDays, customerMasterKeySpec]
#   controls: [iso27001:A.8.24]
#   avoid: A Key without enableKeyRotation, or with a deletionWindowInDays below 14.
#   remediation: Set enableKeyRotation to true and deletionWindowInDays to 14 or more.
#   settings: [keys.deletion_window_days, keys.rotation_days]
deny_enc_003 contains message if {
	input.__type == "aws:kms/key:Key"

	# Asymmetric and HMAC keys cannot rotate.
	spec := object.get(input, "customerMasterKeySpec", null)
	spec in [null, "", "SYMMETRIC_DEFAULT"]
	rotation := object.get(input, "enableKeyRotation", null)
	is_off(rotation)
	message := sprintf("%s does not rotate; set enableKeyRotation to true.", [label(input)])
}

deny_enc_003 contains message if {
	input.__type == "aws:kms/key:Key"

	# AWS waits 30 days where nothing is said.
	window := object.get(input, "deletionWindowInDays", 30)
	is_known(window)
	not is_long_window(window)
	message := sprintf("%s can be lost within two weeks; set deletionWindowInDays to 14 or more.", [label(input)])
}

is_long_window(days) if {
	is_number(days)
	days >= 14
}
