.PHONY: manifests released
manifests: install ## says whether the manifests are those of the pointers
	$(PYTHON) -m {{cookiecutter.package_name}}.ops.deploy check

released: install ## ON=2026-03-01: what was live on a day
	$(PYTHON) -m {{cookiecutter.package_name}}.ops.released $(if $(ON),--on $(ON))
