/** The page at /docs: what the server says of its own HTTP interface, to read and to try. */
import "swagger-ui-dist/swagger-ui.css";
import SwaggerUIBundle from "swagger-ui-dist/swagger-ui-es-bundle.js";

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#interface",
  // Its default asks a validator elsewhere.
  validatorUrl: null,
});
