// The resources of one environment, from numbers to objects.

const graphData = JSON.parse(document.getElementById("graph-data").textContent);
const GRAVE = ["error", "fail", "unresolved", "waived", "pass"];
const SIGNS = { error: "✕", fail: "✕", unresolved: "?", waived: "~", pass: "✓" };
const CLASSES = { error: "fail", fail: "fail", unresolved: "open", waived: "waived", pass: "pass" };

function counts(verdicts) {
  const found = {};
  for (const { verdict } of verdicts) found[verdict] = (found[verdict] ?? 0) + 1;
  return found;
}

function read(environment) {
  const text = (number) => graphData.texts[number];
  const nodes = environment.nodes.map(([layer, parent, kind, name, type, path, at, inputs, said, reads, waits]) => ({
    layer, parent, custom: Boolean(kind & 1), protected: Boolean(kind & 2),
    name: text(name), type: text(type), path: text(path), at: text(at),
    inputs: pairs(inputs).map(([key, value]) => [text(key), text(value)]),
    verdicts: pairs(said).map(([policy, verdict]) => ({
      policy: graphData.policies[policy].map(text), verdict: graphData.verdicts[verdict],
    })),
    reads, waits, needed: [], children: [],
  }));
  nodes.forEach((node, index) => {
    node.index = index;
    node.key = `${environment.layers[node.layer]} ${node.type} ${node.name}`;
    if (node.parent >= 0) nodes[node.parent].children.push(node);
    for (const other of [...node.reads, ...node.waits]) nodes[other].needed.push(index);
  });
  for (const node of nodes) {
    node.all = below(node);
    node.size = node.all.filter((each) => each.custom).length;
    node.counts = counts([node, ...node.all].flatMap((each) => each.verdicts));
    node.children.sort((one, other) => one.custom - other.custom || compare(one.type, other.type) || compare(one.name, other.name));
  }
  return { name: environment.name, layers: environment.layers, nodes };
}

function pairs(flat) {
  const found = [];
  for (let at = 0; at < flat.length; at += 2) found.push([flat[at], flat[at + 1]]);
  return found;
}

function compare(one, other) {
  return one < other ? -1 : Number(one > other);
}

function below(node) {
  return node.children.flatMap((child) => [child, ...below(child)]);
}

function gravest(node) {
  return GRAVE.find((verdict) => node.counts[verdict]);
}

function kind(type) {
  return type.split(":").at(-1);
}
