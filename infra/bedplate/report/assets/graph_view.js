// Draws the graph, and lets a reader move in it by pointer, touch and keyboard.

const SVG = "http://www.w3.org/2000/svg";
const view = document.getElementById("graph-view");
const details = document.getElementById("graph-details");

function element(parent, name, attributes = {}, text = undefined) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

function cut(text, most) {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function plural(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function spoken(found) {
  const words = { error: "broke", fail: "failed", unresolved: "open", waived: "waived", pass: "passed" };
  return GRAVE.filter((verdict) => found[verdict]).map((verdict) => `${found[verdict]} ${words[verdict]}`).join(", ") || "no policy on it";
}

class GraphView {
  constructor() {
    this.open = new Set();
    this.chosen = null;
    this.focused = null;
    this.pointers = new Map();
  }

  show(environment) {
    this.graph = read(environment);
    this.draw();
    const wide = view.getBoundingClientRect().width;
    const tall = (wide * this.size.height) / this.size.width;
    view.style.height = `${Math.max(320, Math.min(tall, innerHeight * 0.8))}px`;
    this.begin(wide);
    this.tell();
    const names = document.getElementById("graph-names");
    names.replaceChildren(...this.graph.nodes.map((node) => Object.assign(document.createElement("option"), { value: node.name })));
  }

  node(key) {
    return this.graph.nodes.find((node) => node.key === key);
  }

  // What of a node can be seen: itself, or the closed component that it lies in.
  visible(node) {
    const above = [];
    for (let at = node; at; at = this.graph.nodes[at.parent]) above.unshift(at);
    return above.find((each) => !this.open.has(each.key)) ?? node;
  }

  draw() {
    const { bands, width, height } = layout(this.graph, this.open);
    this.size = { width, height };
    view.replaceChildren();
    const arrows = element(element(view, "defs"), "marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse", orient: "auto" });
    element(arrows, "path", { d: "M0 0L8 4L0 8z", fill: "context-stroke" });
    for (const band of bands) {
      element(view, "rect", { class: "band", x: MARGIN / 2, y: band.y, width: width - MARGIN, height: band.height, rx: 10 });
      element(view, "text", { class: "band-name", x: MARGIN, y: band.y + 28 }, band.name);
    }
    // Open components lie above the lines between all, and below those of what is chosen.
    this.lines = element(view, "g");
    const back = element(view, "g");
    this.layers = { back, front: element(view, "g") };
    this.drawn = [];
    const tops = this.graph.nodes.filter((node) => node.parent < 0);
    tops.sort((one, other) => one.layer - other.layer || one.x - other.x || one.y - other.y);
    for (const edge of this.graph.edges) this.edge(edge.from, edge.to, edge.count, "");
    for (const node of tops) this.drawNode(node);
    this.lines = element(view, "g");
    view.insertBefore(this.lines, this.layers.front);
    this.mark();
  }

  // A part's name without that of the component which it stands in.
  brief(node) {
    const prefix = `${this.graph.nodes[node.parent]?.name}-`;
    return node.name.startsWith(prefix) ? node.name.slice(prefix.length) : node.name;
  }

  drawNode(node) {
    const open = !node.custom && this.open.has(node.key);
    const worst = gravest(node);
    const group = element(open ? this.layers.back : this.layers.front, "g", { class: `node ${node.custom ? "resource" : "component"}`, role: "button", tabindex: -1, transform: `translate(${node.x} ${node.y})` });
    const label = [node.name, node.custom ? node.type : plural(node.size, "resource"), spoken(node.counts)];
    if (node.children.length) group.setAttribute("aria-expanded", open);
    group.setAttribute("aria-label", label.join(", "));
    element(group, "title", {}, node.name);
    element(group, "rect", { width: node.width, height: node.height, rx: node.custom ? 5 : 9 });
    const most = Math.floor((node.width - 38) / (node.custom ? 6.7 : 8.1));
    element(group, "text", { class: "title", x: 11, y: node.custom ? 19 : 26 }, cut(this.brief(node), most));
    const under = node.custom ? kind(node.type) : `${open ? "▾" : "▸"} ${plural(node.size, "resource")}`;
    element(group, "text", { class: "under", x: 11, y: node.custom ? 35 : 46 }, cut(under, most + 3));
    if (worst) element(group, "text", { class: `sign ${CLASSES[worst]}`, x: node.width - 11, y: node.custom ? 20 : 26 }, SIGNS[worst]);
    group.addEventListener("click", () => this.moved || this.choose(node));
    group.addEventListener("keydown", (event) => this.key(event, node));
    group.addEventListener("focus", () => group.matches(":focus-visible") && this.look(node));
    this.drawn.push({ node, group });
    if (open) for (const child of node.children) this.drawNode(child);
  }

  // A line leaves on the right and enters on the left, unless what it leads to lies elsewhere.
  edge(from, to, count, className) {
    const right = to.x >= from.x + from.width;
    const left = from.x >= to.x + to.width;
    const [x1, x2] = [right ? from.x + from.width : from.x, left ? to.x + to.width : to.x];
    const [y1, y2] = [from, to].map((node) => node.y + Math.min(node.height, HEAD) / 2);
    const bend = right || left ? Math.max(24, Math.abs(x2 - x1) / 2) : 26;
    const [out, into] = [right ? bend : -bend, left ? bend : -bend];
    const end = left ? x2 + 2 : x2 - 2;
    const d = `M${x1} ${y1}C${x1 + out} ${y1} ${x2 + into} ${y2} ${end} ${y2}`;
    element(this.lines, "path", { class: `edge ${className}`, d, "stroke-width": 1 + Math.log2(count) / 2, "marker-end": "url(#arrow)" });
  }

  // Marks what is chosen, what it depends on and what depends on it.
  mark() {
    for (const old of view.querySelectorAll(".edge.chosen")) old.remove();
    const chosen = this.chosen && this.node(this.chosen);
    const near = new Set();
    const lines = new Map();
    if (chosen) {
      const own = [chosen, ...chosen.all];
      const inside = new Set(own.map((node) => node.index));
      const seen = (node) => (inside.has(node.index) ? chosen : this.visible(node));
      const line = (from, to) => {
        const [one, other] = [seen(from), seen(to)];
        if (one === other || one.all.includes(other) || other.all.includes(one)) return;
        const key = `${one.index} ${other.index}`;
        lines.set(key, { from: one, to: other, count: (lines.get(key)?.count ?? 0) + 1 });
        near.add(one).add(other);
      };
      for (const node of own) {
        for (const other of [...node.reads, ...node.waits]) if (!inside.has(other)) line(this.graph.nodes[other], node);
        for (const other of node.needed) if (!inside.has(other)) line(node, this.graph.nodes[other]);
      }
    }
    for (const { from, to, count } of lines.values()) this.edge(from, to, count, "chosen");
    const first = this.drawn.find(({ node }) => node.key === this.focused) ?? this.drawn[0];
    for (const { node, group } of this.drawn) {
      group.classList.toggle("chosen", node.key === this.chosen);
      group.classList.toggle("near", near.has(node) && node.key !== this.chosen);
      group.setAttribute("tabindex", group === first?.group ? 0 : -1);
    }
  }

  // A choice opens or closes a component, and tells of it.
  choose(node) {
    this.chosen = this.focused = node.key;
    if (node.children.length) {
      if (!this.open.delete(node.key)) this.open.add(node.key);
      const at = this.onScreen(node);
      this.draw();
      this.keep(node, at);
    } else {
      this.mark();
    }
    this.tell();
    this.focus();
  }

  // Opens all around a node and goes there.
  reveal(node) {
    for (let at = this.graph.nodes[node.parent]; at; at = this.graph.nodes[at.parent]) this.open.add(at.key);
    this.chosen = this.focused = node.key;
    this.draw();
    this.tell();
    this.focus();
    this.center(node);
  }

  focus() {
    const { group, node } = this.drawn.find((each) => each.node.key === this.focused) ?? {};
    if (!group) return;
    group.focus({ preventScroll: true });
    this.look(node);
  }

  // Moves the view to a node that lies outside of it.
  look(node) {
    const { x, y, width, height } = this.box;
    const hidden = node.x < x || node.y < y || node.x + WIDTH > x + width || node.y + HEAD > y + height;
    if (hidden) this.center(node);
  }

  key(event, node) {
    const keys = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") this.choose(node);
    else if (keys[event.key]) this.step(node, ...keys[event.key]);
    else if (event.key === "+" || event.key === "=") this.zoom(0.8);
    else if (event.key === "-") this.zoom(1.25);
    else if (event.key === "0") this.all();
    else return;
    event.preventDefault();
  }

  // Goes to the nearest node in a direction.
  step(node, right, down) {
    const far = ({ node: other }) => {
      const [x, y] = [other.x - node.x, other.y - node.y];
      const along = x * right + y * down;
      const across = Math.abs(x * down) + Math.abs(y * right);
      return other !== node && along > 0 ? along + across * 2 : Infinity;
    };
    const next = this.drawn.reduce((best, each) => (far(each) < far(best) ? each : best), { node });
    if (far(next) === Infinity) return;
    this.focused = next.node.key;
    this.mark();
    this.focus();
  }

  set(x, y, width, height) {
    this.box = { x, y, width, height };
    view.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  }

  // On a narrow screen a view that can be read, from the beginning; elsewhere everything.
  begin(wide) {
    if (wide / this.size.width > 0.4) this.all();
    else this.set(0, 0, wide / 0.65, view.getBoundingClientRect().height / 0.65);
  }

  all() {
    this.set(0, 0, this.size.width, this.size.height);
  }

  // The share of the view's width that one unit takes, and where the drawing begins in it.
  scale() {
    const { width, height } = view.getBoundingClientRect();
    const size = Math.min(width / this.box.width, height / this.box.height) || 1;
    return { size, left: (width - this.box.width * size) / 2, top: (height - this.box.height * size) / 2 };
  }

  zoom(by, clientX = undefined, clientY = undefined) {
    const { x, y, width, height } = this.box;
    const next = Math.min(Math.max(width * by, 240), this.size.width * 2);
    const real = next / width;
    const edge = view.getBoundingClientRect();
    const { size, left, top } = this.scale();
    const px = clientX === undefined ? x + width / 2 : x + (clientX - edge.left - left) / size;
    const py = clientY === undefined ? y + height / 2 : y + (clientY - edge.top - top) / size;
    this.set(px - (px - x) * real, py - (py - y) * real, next, height * real);
  }

  center(node) {
    const { width: shown, height: tall } = view.getBoundingClientRect();
    const width = Math.min(this.size.width, Math.max(shown, 360));
    const height = (width * tall) / (shown || 1);
    const [half, middle] = [Math.min(node.width, width - 40) / 2, Math.min(node.height, height - 40) / 2];
    this.set(node.x + half - width / 2, node.y + middle - height / 2, width, height);
  }

  onScreen(node) {
    return { x: node.x - this.box.x, y: node.y - this.box.y };
  }

  keep(node, at) {
    this.set(node.x - at.x, node.y - at.y, this.box.width, this.box.height);
  }
}
