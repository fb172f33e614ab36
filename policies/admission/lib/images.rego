package bedplate_admission

import rego.v1

# METADATA
# title: Images
# description: >-
#   Of containers that are written out, of model servers that do not take their runtime's, and of
#   volumes. A container without one is judged as one with an empty name: something else would fill
#   it in.
images contains image if {
	some container in containers
	image := object.get(container, "image", "")
	is_string(image)
	is_known(image)
}

images contains image if {
	some server in servers
	image := at(server, ["image"])
	is_string(image)
	is_known(image)
}

images contains image if {
	some pod in pods
	some volume in listed(at(pod, ["volumes"]))
	image := at(volume, ["image", "reference"])
	is_string(image)
	is_known(image)
}
