// Where everything is drawn: components in columns by what they wait for, their parts inside them.

const WIDTH = 182;
const GAP = 14;
const COLUMN = 54;
const HEAD = 58;
const MARGIN = 30;

function measure(node, open) {
  if (node.custom || !open.has(node.key) || !node.children.length) {
    node.width = WIDTH;
    node.height = node.custom ? 44 : HEAD;
    return;
  }
  for (const child of node.children) measure(child, open);
  const area = node.children.reduce((sum, child) => sum + (child.width + GAP) * (child.height + GAP), 0);
  const widest = Math.max(...node.children.map((child) => child.width));
  const limit = Math.max(widest, Math.sqrt(area * 1.5));
  let [x, y, tallest, right] = [GAP, HEAD + GAP, 0, 0];
  for (const child of node.children) {
    if (x > GAP && x + child.width > limit + GAP) {
      [x, y, tallest] = [GAP, y + tallest + GAP, 0];
    }
    [child.dx, child.dy] = [x, y];
    x += child.width + GAP;
    right = Math.max(right, x);
    tallest = Math.max(tallest, child.height);
  }
  node.width = Math.max(WIDTH, right);
  node.height = y + tallest + GAP;
}

function place(node, x, y, open) {
  [node.x, node.y] = [x, y];
  if (!node.custom && open.has(node.key)) {
    for (const child of node.children) place(child, x + child.dx, y + child.dy, open);
  }
}

// Between which components something waits for something, and how often.
function links(nodes, tops) {
  const top = [];
  for (const node of tops) for (const each of [node, ...node.all]) top[each.index] = node;
  const found = new Map();
  for (const node of nodes) {
    for (const other of [...node.reads, ...node.waits]) {
      const [from, to] = [top[other], top[node.index]];
      if (!from || !to || from === to) continue;
      const key = `${from.index} ${to.index}`;
      const link = found.get(key) ?? { from, to, count: 0 };
      link.count += 1;
      found.set(key, link);
    }
  }
  return [...found.values()];
}

// The longest way to each component; where components wait for each other the first one found wins.
function ranks(tops, edges) {
  const before = new Map(tops.map((node) => [node, edges.filter((edge) => edge.to === node).map((edge) => edge.from)]));
  const found = new Map();
  const visit = (node, path) => {
    if (found.has(node)) return found.get(node);
    const known = before.get(node).filter((other) => !path.includes(other));
    const rank = known.length ? 1 + Math.max(...known.map((other) => visit(other, [...path, node]))) : 0;
    found.set(node, rank);
    return rank;
  };
  for (const node of tops) visit(node, []);
  return found;
}

function columns(tops, edges) {
  const rank = ranks(tops, edges);
  const found = [];
  for (const node of tops) (found[rank.get(node)] ??= []).push(node);
  const order = new Map();
  for (const column of found.filter(Boolean)) {
    const weight = (node) => {
      const before = edges.filter((edge) => edge.to === node && order.has(edge.from));
      return before.length ? before.reduce((sum, edge) => sum + order.get(edge.from), 0) / before.length : column.length / 2;
    };
    const weights = new Map(column.map((node) => [node, weight(node)]));
    column.sort((one, other) => weights.get(one) - weights.get(other) || compare(one.name, other.name));
    column.forEach((node, index) => order.set(node, index));
  }
  return found.filter(Boolean);
}

function layout(graph, open) {
  const bands = [];
  let y = MARGIN;
  let right = 0;
  graph.edges = [];
  graph.layers.forEach((name, layer) => {
    const tops = graph.nodes.filter((node) => node.layer === layer && node.parent < 0);
    for (const node of tops) measure(node, open);
    const edges = links(graph.nodes, tops);
    graph.edges.push(...edges);
    const drawn = columns(tops, edges);
    const heights = drawn.map((column) => column.reduce((sum, node) => sum + node.height + GAP * 2, -GAP * 2));
    const tallest = Math.max(0, ...heights);
    let x = MARGIN * 2;
    drawn.forEach((column, index) => {
      let top = y + 44 + (tallest - heights[index]) / 2;
      for (const node of column) {
        place(node, x, top, open);
        top += node.height + GAP * 2;
      }
      x += Math.max(...column.map((node) => node.width)) + COLUMN;
    });
    bands.push({ name, y, height: tallest + 64 });
    right = Math.max(right, x - COLUMN + MARGIN);
    y += tallest + 64 + MARGIN;
  });
  return { bands, width: right + MARGIN, height: y };
}
