// A new window for somebody else must not carry this window's name along.
"use strict";
try { sessionStorage.removeItem("tab"); } catch { /* a browser may forbid storage */ }
