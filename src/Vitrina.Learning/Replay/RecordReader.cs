using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking.Recording;

namespace Vitrina.Learning.Replay;

/// <summary>Reads ranking records ahead of the replay, which visits them in the order of what they had seen, not of when they were written.</summary>
internal sealed class RecordReader(IJournalStore journal) : IDisposable
{
    private readonly IEnumerator<JournalEntry> _entries = journal.Read(journal.FirstSequence).GetEnumerator();
    private readonly Dictionary<long, RankingRecord> _waiting = [];

    /// <summary>The record at a journal sequence. Every sequence may be asked for once.</summary>
    public RankingRecord Find(long sequence)
    {
        if (_waiting.Remove(sequence, out var found))
        {
            return found;
        }

        while (_entries.MoveNext())
        {
            var entry = _entries.Current;
            if (entry.Kind != EntryKind.Ranking)
            {
                continue;
            }

            var record = RankingRecord.Read(entry.Payload.Span);
            if (entry.Sequence == sequence)
            {
                return record;
            }

            _waiting[entry.Sequence] = record;
        }

        throw new InvalidOperationException($"The journal holds no ranking at sequence {sequence}.");
    }

    public void Dispose() => _entries.Dispose();
}

/// <summary>Joins recorded feature vectors to rankings: both stand nearly in the same order, so that only a little is read ahead.</summary>
internal sealed class RecordedFeatures(string folder)
{
    // Vectors are written within seconds of their ranking; an hour leaves room for a slow disk.
    private const long AheadMs = 3_600_000;

    // In driven time an hour passes in a moment: so many vectors (the log's own queue) may stand between any two that are out of order.
    private const int AheadBlocks = 4_096;
    private readonly IEnumerator<FeatureBlock> _blocks = FeatureLogReader.Read(folder, null).GetEnumerator();
    private readonly Dictionary<string, FeatureBlock> _waiting = new(StringComparer.Ordinal);
    private bool _isAtEnd;
    private long _reachedMs = long.MinValue;

    /// <summary>The vectors of a ranking, or null when none were recorded. Every ranking may be asked for once.</summary>
    public FeatureBlock? Find(string rankingId, long atMs)
    {
        if (_waiting.Remove(rankingId, out var found))
        {
            return found;
        }

        while (!_isAtEnd && (_reachedMs <= atMs + AheadMs || _waiting.Count < AheadBlocks))
        {
            if (!_blocks.MoveNext())
            {
                _isAtEnd = true;
                break;
            }

            var block = _blocks.Current;
            _reachedMs = Math.Max(_reachedMs, block.AtMs);
            if (block.RankingId == rankingId)
            {
                return block;
            }

            _waiting[block.RankingId] = block;
        }

        return null;
    }
}
