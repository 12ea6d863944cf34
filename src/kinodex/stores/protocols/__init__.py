"""
What is remembered, and where.

Records live in SQL and change in transactions; bytes (videos, frame packs, vectors) live in the blob
store under keys we choose. Blobs come first, then the one transaction that makes them visible.
Everything here is synchronous: callers choose the thread.
"""

from kinodex.stores.protocols.assets import (
    AssetStore,
    IndexedAssetStore,
    UploadStore,
)
from kinodex.stores.protocols.blobs import (
    BlobStore,
)
from kinodex.stores.protocols.events import (
    OutboxStore,
)
from kinodex.stores.protocols.indexes import (
    IndexStore,
    VideoStore,
)
from kinodex.stores.protocols.keys import (
    KeyStore,
)
from kinodex.stores.protocols.pages import (
    PageStore,
)
from kinodex.stores.protocols.purges import (
    Purge,
    PurgeStore,
)
from kinodex.stores.protocols.records import (
    Records,
    Transaction,
)
from kinodex.stores.protocols.sharing import (
    Claim,
    ClaimStore,
    KnownBytes,
    KnownSource,
    SourceStore,
)
from kinodex.stores.protocols.tasks import (
    StepRecord,
    StepStore,
    TaskStore,
)
from kinodex.stores.protocols.texts import (
    TextHit,
    TextLine,
    TextStore,
)
from kinodex.stores.protocols.vectors import (
    ManifestStore,
    VectorHit,
    VectorManifest,
    VectorRows,
    VectorStore,
)
from kinodex.stores.protocols.webhooks import (
    DeliveryClaim,
    DeliveryStore,
    Shares,
    WebhookStore,
)

__all__ = [
    "AssetStore",
    "BlobStore",
    "Claim",
    "ClaimStore",
    "DeliveryClaim",
    "DeliveryStore",
    "IndexStore",
    "IndexedAssetStore",
    "KeyStore",
    "KnownBytes",
    "KnownSource",
    "ManifestStore",
    "OutboxStore",
    "PageStore",
    "Purge",
    "PurgeStore",
    "Records",
    "Shares",
    "SourceStore",
    "StepRecord",
    "StepStore",
    "TaskStore",
    "TextHit",
    "TextLine",
    "TextStore",
    "Transaction",
    "UploadStore",
    "VectorHit",
    "VectorManifest",
    "VectorRows",
    "VectorStore",
    "VideoStore",
    "WebhookStore",
]
