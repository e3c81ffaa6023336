using System.Diagnostics.Metrics;

namespace Vitrina.Engine.Journal;

/// <summary>The meter "Vitrina.Journal".</summary>
internal sealed class JournalMeter : IDisposable
{
    private readonly Meter _meter = new("Vitrina.Journal");
    private readonly Counter<long> _committed;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _groups;
    private readonly Histogram<double> _commitSeconds;

    public JournalMeter(JournalWriter writer)
    {
        _committed = _meter.CreateCounter<long>("vitrina.journal.entries.committed", "{entry}", "Entries made durable");
        _duplicates = _meter.CreateCounter<long>("vitrina.journal.entries.duplicate", "{entry}", "Entries not written again");
        _dropped = _meter.CreateCounter<long>("vitrina.journal.records.dropped", "{entry}", "Light records dropped for want of room");
        _groups = _meter.CreateCounter<long>("vitrina.journal.groups", "{group}", "Groups written");
        _commitSeconds = _meter.CreateHistogram<double>("vitrina.journal.commit.duration", "s", "Writing, flushing and applying one group");
        _meter.CreateObservableGauge("vitrina.journal.entries.queued", () => writer.QueuedEntries, "{entry}", "Entries waiting");
    }

    public void Committed(int entries, int duplicates, double seconds)
    {
        _committed.Add(entries);
        _duplicates.Add(duplicates);
        _groups.Add(entries > 0 ? 1 : 0);
        _commitSeconds.Record(seconds);
    }

    public void Dropped(int entries) => _dropped.Add(entries);

    public void Dispose() => _meter.Dispose();
}
