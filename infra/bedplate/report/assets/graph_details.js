// Tells of the chosen resource: main inputs, policies on it, what it depends on, what needs it.

const MOST_LINKS = 12;

function html(name, text = undefined, ...children) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

function definitions(entries) {
  const list = html("dl");
  for (const [key, value] of entries) if (value) list.append(html("dt", key), html("dd", value));
  return list;
}

GraphView.prototype.tell = function tell() {
  const node = this.chosen && this.node(this.chosen);
  if (!node) {
    details.replaceChildren(Object.assign(html("p", "Nothing is chosen yet."), { className: "quiet" }));
    return;
  }
  const parts = [html("h3", node.name), html("p", undefined, html("code", node.type))];
  parts.push(definitions([
    ["Layer", this.graph.layers[node.layer]],
    ["Set by", [node.path, node.at].filter(Boolean).join(", ")],
    ["Protected", node.protected ? "yes" : ""],
    ["Holds", node.children.length ? plural(node.size, "resource") : ""],
    ["Policies", spoken(node.counts)],
  ]));
  if (node.inputs.length) parts.push(html("h4", "Main inputs"), definitions(node.inputs));
  parts.push(...policies(node), ...this.kinds(node));
  parts.push(...this.links("Reads", node.reads), ...this.links("Waits for", node.waits), ...this.links("Needed by", node.needed));
  details.replaceChildren(...parts);
  document.getElementById("graph-status").textContent = `${node.name}: ${spoken(node.counts)}. Details follow the drawing.`;
  details.scrollTop = 0;
};

function policies(node) {
  const own = node.verdicts.toSorted((one, other) => GRAVE.indexOf(one.verdict) - GRAVE.indexOf(other.verdict));
  if (!own.length) return [];
  const list = html("ul");
  for (const { policy: [id, title, severity], verdict } of own) {
    const word = { pass: "passed", fail: "failed", unresolved: "open", error: "rule broke" }[verdict] ?? verdict;
    const item = html("li", `${SIGNS[verdict] ?? "–"} ${word}: `);
    const link = document.getElementById(`finding-${id}`);
    item.append(link ? Object.assign(html("a", id), { href: `#finding-${id}` }) : id, ` ${title} (${severity})`);
    list.append(item);
  }
  return [html("h4", "Policies on it"), list];
}

GraphView.prototype.kinds = function kinds(node) {
  if (node.custom || !node.size) return [];
  const found = {};
  for (const each of node.all) if (each.custom) found[kind(each.type)] = (found[kind(each.type)] ?? 0) + 1;
  const list = html("ul");
  for (const [name, number] of Object.entries(found).sort((one, other) => other[1] - one[1])) list.append(html("li", `${number} ${name}`));
  return [html("h4", "Kinds of resources"), list];
};

GraphView.prototype.links = function links(title, indexes) {
  if (!indexes.length) return [];
  const list = html("ul");
  const add = (some) => {
    for (const index of some) {
      const node = this.graph.nodes[index];
      const button = Object.assign(html("button", node.name), { type: "button" });
      button.addEventListener("click", () => this.reveal(node));
      list.append(html("li", undefined, button, html("span", ` ${kind(node.type)}`)));
    }
  };
  add(indexes.slice(0, MOST_LINKS));
  if (indexes.length > MOST_LINKS) {
    const more = Object.assign(html("button", `${indexes.length - MOST_LINKS} more`), { type: "button" });
    const item = html("li", undefined, more);
    more.addEventListener("click", () => {
      item.remove();
      add(indexes.slice(MOST_LINKS));
    });
    list.append(item);
  }
  return [html("h4", `${title} (${indexes.length})`), list];
};
