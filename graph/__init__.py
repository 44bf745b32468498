"""The LangGraph workflow: state, context, services, nodes, routes, build."""
