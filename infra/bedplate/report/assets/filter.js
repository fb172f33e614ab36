// Shows only the findings that fit what a reader asks for.

const filter = document.querySelector("form.filter");

function fits(policy, row, asked) {
  return (
    (!asked.environment || row.dataset.environment === asked.environment) &&
    (!asked.state || row.dataset.state === asked.state) &&
    (!asked.severity || policy.dataset.severity === asked.severity) &&
    (!asked.concern || policy.dataset.concern === asked.concern) &&
    (!asked.regime || policy.dataset.regimes.split(" ").includes(asked.regime)) &&
    asked.words.every((word) => policy.head.includes(word) || row.said.includes(word))
  );
}

if (filter) {
  const policies = [...document.querySelectorAll("article.policy")];
  for (const policy of policies) {
    policy.rows = [...policy.querySelectorAll("li[data-state]")];
    for (const row of policy.rows) row.said = row.textContent.toLowerCase();
    policy.head = [...policy.children].filter((part) => part.tagName !== "UL")
      .map((part) => part.textContent.toLowerCase()).join(" ");
  }
  const output = filter.querySelector("output");
  const none = document.querySelector("#findings .none");
  const apply = () => {
    const asked = Object.fromEntries(new FormData(filter));
    asked.words = asked.text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const policy of policies) {
      let own = 0;
      for (const row of policy.rows) {
        row.hidden = !fits(policy, row, asked);
        own += !row.hidden;
      }
      policy.hidden = !own;
      shown += own;
    }
    none.hidden = shown > 0;
    output.textContent = `${shown} of ${output.dataset.of} shown`;
  };
  filter.hidden = false;
  filter.addEventListener("input", apply);
  filter.addEventListener("submit", (event) => event.preventDefault());
  filter.addEventListener("reset", () => setTimeout(apply));
  apply();
}
