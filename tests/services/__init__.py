"""Real RabbitMQ and real Cassandra, each in processes of its own: for tests, benchmarks and `make services`.

Plain blocking code: `pause` and `resume` take no time; async tests `await asyncio.to_thread(node.start)` and the like.
Nothing outside the given folder is written, and nothing is left running.
"""
