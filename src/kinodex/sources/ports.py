"""Ports where a video may be served."""

from kinodex.domain.errors import UrlPortNotAllowed

_WELL_KNOWN = frozenset({80, 443})
_FIRST_FREE = 1024

_OTHER_PROTOCOLS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669}
    | {6679, 6697, 10080}
)
"""Bad ports of the Fetch standard above 1023 (https://fetch.spec.whatwg.org/#port-blocking)."""

_BACK_ENDS = frozenset(
    {
        1433,  # SQL Server
        1521,  # Oracle
        2181,  # ZooKeeper
        2375,  # Docker
        2376,  # Docker
        2379,  # etcd
        2380,  # etcd
        3306,  # MySQL
        3389,  # remote desktop
        5432,  # PostgreSQL
        5672,  # AMQP
        5900,  # VNC
        5984,  # CouchDB
        6379,  # Redis
        6443,  # Kubernetes
        8500,  # Consul
        9042,  # Cassandra
        9092,  # Kafka
        9200,  # Elasticsearch
        9300,  # Elasticsearch
        10250,  # kubelet
        10255,  # kubelet
        11211,  # memcached
        27017,  # MongoDB
    }
)
"""Back ends that often answer without asking who is there; no site serves videos on these."""


def check_port(port: int) -> None:
    """
    Refuse a port that belongs to something else than the web.

    Raises:
        UrlPortNotAllowed: Below 1024 and neither 80 nor 443, or the port of another protocol.
    """
    if port in _WELL_KNOWN:
        return
    if port < _FIRST_FREE or port in _OTHER_PROTOCOLS or port in _BACK_ENDS:
        raise UrlPortNotAllowed(port)
