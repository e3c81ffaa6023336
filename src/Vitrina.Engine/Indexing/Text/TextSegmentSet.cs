namespace Vitrina.Engine.Indexing.Text;

/// <summary>The segments of an index: marks their documents dead and merges them. For the index's one writer.</summary>
/// <remarks>
/// Segments fall into levels by their live documents, eight times as many from level to level. Eight segments of a level are merged into one, so a
/// document is rewritten once per level; a segment of which half is dead is rewritten alone. One merge runs at a time.
/// </remarks>
internal sealed class TextSegmentSet(bool isMergingSynchronous)
{
    private const int MergeCount = 8;
    private const int LevelGrowth = 8;
    private const int SmallestLevelSize = 1024;

    private readonly List<Entry> _entries = [];
    private int _nextId;
    private RunningMerge? _merge;

    public int Count => _entries.Count;

    public long Bytes
    {
        get
        {
            var bytes = 0L;
            foreach (var entry in _entries)
            {
                bytes += entry.Segment.Bytes + (entry.DeadBits is null ? 0 : 8L * entry.DeadBits.Length);
            }

            return bytes;
        }
    }

    /// <summary>Adds a segment of live documents and returns its number.</summary>
    public int Add(TextSegment segment)
    {
        _entries.Add(new Entry(_nextId, segment));
        return _nextId++;
    }

    /// <summary>Marks a document as superseded or removed.</summary>
    public void MarkDead(int id, int document) => _entries[IndexOf(id)].MarkDead(document);

    /// <summary>The segments of this moment, for readers; the largest first, since its items raise the bar for the others.</summary>
    public TextSegmentView[] Freeze()
    {
        var views = new TextSegmentView[_entries.Count];
        for (var i = 0; i < views.Length; i++)
        {
            views[i] = _entries[i].Freeze();
        }

        Array.Sort(views, static (left, right) => right.Segment.DocumentCount.CompareTo(left.Segment.DocumentCount));
        return views;
    }

    /// <summary>Merges what is due: at once, or by starting a background task when none is running.</summary>
    /// <param name="places">By item, where its document is; rewritten for the documents that move.</param>
    /// <param name="rows">The rows of this moment, frozen: a background merge reads them later.</param>
    public void Merge(long[] places, TextRows rows)
    {
        _entries.RemoveAll(entry => entry.LiveCount == 0 && !IsMerging(entry));
        while (_merge is null && Choose() is { } ids)
        {
            var items = LiveItems(ids);
            if (isMergingSynchronous)
            {
                Replace(ids, new TextSegmentBuilder().Build(items, rows), places);
            }
            else
            {
                _merge = new RunningMerge(ids, Task.Run(() => new TextSegmentBuilder().Build(items, rows)));
            }
        }
    }

    /// <summary>Puts a finished background merge in the place of its sources; false when there is none.</summary>
    public bool AdoptFinishedMerge(long[] places)
    {
        if (_merge is not { Result.IsCompleted: true } finished)
        {
            return false;
        }

        _merge = null;
        Replace(finished.Ids, finished.Result.GetAwaiter().GetResult(), places);
        return true;
    }

    /// <summary>Waits for the background merge, when one is running.</summary>
    public void AwaitMerge() => _merge?.Result.Wait();

    private int[] LiveItems(int[] ids)
    {
        var items = new List<int>();
        foreach (var id in ids)
        {
            var entry = _entries[IndexOf(id)];
            for (var document = 0; document < entry.Segment.DocumentCount; document++)
            {
                if (entry.IsLive(document))
                {
                    items.Add(entry.Segment.ItemOrdinals[document]);
                }
            }
        }

        return [.. items];
    }

    /// <summary>Swaps the sources for the merged segment. An item that is still in one of the sources did not change since the merge began; the others are dead in it.</summary>
    private void Replace(int[] ids, TextSegment segment, long[] places)
    {
        var entry = new Entry(_nextId++, segment);
        for (var document = 0; document < segment.DocumentCount; document++)
        {
            ref var place = ref places[segment.ItemOrdinals[document]];
            if (Array.IndexOf(ids, (int)(place >> 32)) >= 0)
            {
                place = TextIndex.PlaceOf(entry.Id, document);
            }
            else
            {
                entry.MarkDead(document);
            }
        }

        _entries.RemoveAll(old => Array.IndexOf(ids, old.Id) >= 0);
        if (segment.DocumentCount > 0)
        {
            _entries.Add(entry);
        }
    }

    private int[]? Choose()
    {
        foreach (var entry in _entries)
        {
            if (entry.DeadCount * 2 > entry.Segment.DocumentCount && entry.Segment.DocumentCount > SmallestLevelSize)
            {
                return [entry.Id];
            }
        }

        // Eleven levels of growth 8 hold more documents than an int counts.
        for (var level = 0; level < 11; level++)
        {
            var ids = new List<int>();
            foreach (var entry in _entries)
            {
                if (LevelOf(entry.LiveCount) == level)
                {
                    ids.Add(entry.Id);
                }
            }

            if (ids.Count >= MergeCount)
            {
                return [.. ids];
            }
        }

        return null;
    }

    private static int LevelOf(int liveCount)
    {
        var level = 0;
        for (var size = (long)SmallestLevelSize; size < liveCount; size *= LevelGrowth)
        {
            level++;
        }

        return level;
    }

    private bool IsMerging(Entry entry) => _merge is not null && Array.IndexOf(_merge.Ids, entry.Id) >= 0;

    private int IndexOf(int id)
    {
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Id == id)
            {
                return i;
            }
        }

        throw new InvalidOperationException($"Segment {id} is gone.");
    }

    private sealed record RunningMerge(int[] Ids, Task<TextSegment> Result);

    /// <summary>A segment and the writer's copy of its dead documents, cloned before the first change behind a freeze.</summary>
    private sealed class Entry(int id, TextSegment segment)
    {
        private bool _isShared;

        public int Id => id;

        public TextSegment Segment => segment;

        public ulong[]? DeadBits { get; private set; }

        public int DeadCount { get; private set; }

        public int LiveCount => segment.DocumentCount - DeadCount;

        public bool IsLive(int document) => DeadBits is null || (DeadBits[document >> 6] & (1ul << document)) == 0;

        public void MarkDead(int document)
        {
            if (DeadBits is null)
            {
                DeadBits = new ulong[(segment.DocumentCount + 63) >> 6];
                _isShared = false;
            }
            else if (_isShared)
            {
                DeadBits = [.. DeadBits];
                _isShared = false;
            }

            DeadBits[document >> 6] |= 1ul << document;
            DeadCount++;
        }

        public TextSegmentView Freeze()
        {
            _isShared = true;
            return new TextSegmentView(segment, DeadBits, DeadCount);
        }
    }
}
