"""{{cookiecutter.__title}}: a model of the team {{cookiecutter.owner_team}}."""
