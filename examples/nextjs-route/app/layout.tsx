import type { Metadata } from "next";
import type { ReactNode } from "react";

export const metadata: Metadata = { title: "Credits" };

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body style={{ font: "16px/1.5 system-ui", maxWidth: "32rem", margin: "4rem auto" }}>
        {children}
      </body>
    </html>
  );
}
