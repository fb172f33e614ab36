package bedplate_deploy

import rego.v1

# METADATA
# title: Charts and manifests are of one stated version
# description: >-
#   A chart without a version is another one tomorrow, and nobody approved that one. A manifest from
#   the head of a branch likewise.
# custom:
#   id: SUP-006
#   severity: medium
#   scope: resource
#   resource_types:
#     - kubernetes:helm.sh/v3:Release
#     - kubernetes:helm.sh/v4:Chart
#     - kubernetes:yaml/v2:ConfigFile
#     - kubernetes:yaml/v2:ConfigGroup
#     - kubernetes:kustomize/v2:Directory
#   reads: [version, file, files, directory]
#   narrow: true
#   controls: [iso27001:A.5.21, iso27001:A.8.9]
#   avoid: A Release without a version, or of the version ">=1.2"; a manifest from the branch main.
#   remediation: State the whole version, and take manifests from a release.
#   settings: [supply]
deny_sup_006 contains message if {
	input.__type in ["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"]
	version := object.get(input, "version", null)
	is_known(version)
	not is_exact_version(version)
	message := sprintf("%s is of no exact version; state it whole, such as 1.2.3.", [label(input)])
}

deny_sup_006 contains message if {
	input.__type == "kubernetes:yaml/v2:ConfigFile"
	file := object.get(input, "file", null)
	is_known(file)
	not names_version(file)
	message := sprintf("%s is of no stated version; take a file of a release, whose address names it.", [label(input)])
}

# Files of the repository itself were reviewed with it; what is fetched was not.
deny_sup_006 contains message if {
	some property in fetching[input.__type]
	some address in listed(object.get(input, property, null))
	is_string(address)
	is_known(address)
	contains(address, "://")
	not names_version(address)
	message := sprintf("%s is of no stated version; take files of a release, whose address names it.", [label(input)])
}

fetching := {
	"kubernetes:yaml/v2:ConfigGroup": ["files"],
	"kubernetes:kustomize/v2:Directory": ["directory"],
}

is_exact_version(version) if {
	is_string(version)
	regex.match(`^v?[0-9]+[.][0-9]+[.][0-9]+([-+][0-9A-Za-z.+-]+)?$`, version)
}

# In its path: the address of a host has dots and digits too.
names_version(file) if {
	is_string(file)
	parts := split(file, "://")
	regex.match(`(^|/)[^/]*[0-9]+[.][0-9]+[.][0-9]+`, path_of(parts))
}

path_of(parts) := parts[0] if count(parts) == 1

path_of(parts) := trim_prefix(parts[1], split(parts[1], "/")[0]) if count(parts) > 1
