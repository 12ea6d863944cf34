"""What the product does, in the nouns of its API. Ways in (HTTP, worker, command) call only these."""

from dataclasses import dataclass

from kinodex.domain.disk import DiskSpace
from kinodex.usecases.clips import Clips
from kinodex.usecases.consistency import Consistency
from kinodex.usecases.deliveries import Deliveries
from kinodex.usecases.events import Events
from kinodex.usecases.glances import Glances
from kinodex.usecases.health import Health
from kinodex.usecases.indexes import Indexes
from kinodex.usecases.indexing import Indexing
from kinodex.usecases.keys import Keys
from kinodex.usecases.library import Library
from kinodex.usecases.playback import Playback
from kinodex.usecases.preflight import Preflight
from kinodex.usecases.purging import Purging
from kinodex.usecases.repeats import Repeats
from kinodex.usecases.search import Search
from kinodex.usecases.task_control import TaskControl
from kinodex.usecases.tasks import Tasks
from kinodex.usecases.videos import Videos
from kinodex.usecases.watching import Watching
from kinodex.usecases.webhooks import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """Everything a way in can ask for."""

    indexes: Indexes
    tasks: Tasks
    glances: Glances
    preflight: Preflight
    videos: Videos
    playback: Playback
    search: Search
    keys: Keys
    repeats: Repeats
    webhooks: Webhooks
    deliveries: Deliveries
    events: Events
    health: Health
    indexing: Indexing
    library: Library
    purging: Purging
    consistency: Consistency
    control: TaskControl
    space: DiskSpace
    clips: Clips
    watching: Watching
