// Starts the graph, and connects it to pointers, touch and the buttons above it.

function listen(graph) {
  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
    event.preventDefault();
    graph.zoom(event.deltaY > 0 ? 1.15 : 0.87, event.clientX, event.clientY);
  }, { passive: false });
  view.addEventListener("pointerdown", (event) => {
    graph.moved = false;
    graph.pointers.set(event.pointerId, [event.clientX, event.clientY]);
  });
  addEventListener("pointermove", (event) => drag(graph, event));
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, (event) => {
      graph.pointers.delete(event.pointerId);
      setTimeout(() => { graph.moved = false; }); // after the click that ends a drag
    });
  }
}

function drag(graph, event) {
  const before = graph.pointers.get(event.pointerId);
  if (!before) return;
  const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
  if (Math.abs(dx) + Math.abs(dy) < 4 && !graph.moved) return; // a tap that trembles
  graph.moved = true;
  const others = [...graph.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
  if (others.length) {
    const [[x, y]] = others;
    const gap = (at) => Math.hypot(at[0] - x, at[1] - y) || 1;
    graph.zoom(gap(before) / gap([event.clientX, event.clientY]), x, y);
  } else {
    const { size } = graph.scale();
    graph.set(graph.box.x - dx / size, graph.box.y - dy / size, graph.box.width, graph.box.height);
  }
  graph.pointers.set(event.pointerId, [event.clientX, event.clientY]);
}

function start() {
  const graph = new GraphView();
  const choice = document.getElementById("graph-environment");
  choice.append(...graphData.environments.map((each) => html("option", each.name)));
  choice.addEventListener("change", () => graph.show(graphData.environments[choice.selectedIndex]));
  document.getElementById("graph").hidden = false;
  document.getElementById("graph-find").addEventListener("change", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    const found = wanted && (graph.graph.nodes.find((node) => node.name.toLowerCase() === wanted)
      ?? graph.graph.nodes.find((node) => `${node.name} ${node.type}`.toLowerCase().includes(wanted)));
    if (found) graph.reveal(found);
  });
  document.getElementById("graph-in").addEventListener("click", () => graph.zoom(0.8));
  document.getElementById("graph-out").addEventListener("click", () => graph.zoom(1.25));
  document.getElementById("graph-all").addEventListener("click", () => graph.all());
  document.getElementById("graph-close").addEventListener("click", () => {
    graph.open.clear();
    graph.draw();
    graph.all();
  });
  listen(graph);
  graph.show(graphData.environments[0]);
}

if (view && graphData.environments.length) start();
