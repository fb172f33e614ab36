package bedplate_deploy

import rego.v1

# METADATA
# title: Blocks of addresses that mean the whole internet
# description: >-
#   Not only 0.0.0.0/0 and ::/0: two halves of the internet are the internet too, so every block
#   wider than any network of one owner counts (IPv4 below /8, IPv6 below /16).
is_wide_open(block) if {
	is_known(block)
	not is_block(block)
}

is_wide_open(block) if {
	is_block(block)
	contains(block, ":")
	prefix_of(block) < 16
}

is_wide_open(block) if {
	is_block(block)
	not contains(block, ":")
	prefix_of(block) < 8
}

is_block(block) if {
	is_string(block)
	regex.match(`^[0-9a-fA-F.:]+/[0-9]{1,3}$`, block)
}

prefix_of(block) := to_number(split(block, "/")[1])
