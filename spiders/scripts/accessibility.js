// axe-core, which is there already, on this page: the rules of WCAG 2 A and AA that are broken, how often and where.
async () => {
  const found = await axe.run(document, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] },
    resultTypes: ["violations"], elementRef: false, iframes: false, preload: false,
  });
  return found.violations.slice(0, 60).map((one) => ({
    rule: one.id, impact: one.impact || "minor", count: one.nodes.length,
    sample: (one.nodes[0] ? one.nodes[0].html : "").replace(/\s+/g, " ").slice(0, 200),
  }));
}
