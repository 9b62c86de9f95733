/** What all pages look like, by day and by night. */
export const pageStyle = `
  :root {
    color-scheme: light dark;
    --ink: light-dark(#1c2330, #e4e8ee); --paper: light-dark(#fbfbf9, #14181f); --quiet: light-dark(#5c6675, #97a3b4);
    --line: light-dark(#e3e5e1, #2a313c); --edge: light-dark(#c4c9c1, #3a4350); --link: light-dark(#1458b8, #7db2ff);
    --bad: light-dark(#b3261e, #ff8a80); --good: light-dark(#1a7f4b, #6fd6a0);
  }
  body { font: 16px/1.55 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1.25rem; color: var(--ink); background: var(--paper); }
  h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
  a { color: var(--link); }
  :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
  .quiet { color: var(--quiet); }
`;
