using System.Diagnostics;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Cli.Importing;

/// <summary>Imports files: reads and checks them, sorts everything by time, appends it to the journal. Wrong records are listed, never fatal.</summary>
/// <remarks>Running the same import again adds nothing: events and rankings are known by id, changes by their content.</remarks>
internal sealed class ImportRunner : IDisposable
{
    private const int ReportEvery = 1 << 14;
    private const int OutstandingAppends = 4;
    private readonly ImportTarget _target;
    private readonly ImportOptions _options;
    private readonly EntryRuns _runs;
    private readonly DocumentEncoder _encoder;
    private readonly RefusedLog _refused;
    private readonly List<FailedFile> _failed = [];
    private readonly Dictionary<ImportKind, KindCounts> _counts = [];
    private readonly Action<ImportProgress>? _progress;
    private readonly Queue<(Task<AppendResult> Append, EntryKind[] Kinds)> _appends = new();
    private readonly HashSet<UInt128> _touched = [];
    private readonly Dictionary<object, HashSet<UInt128>> _seen = new(ReferenceEqualityComparer.Instance);
    private long _accepted;
    private long _taken;
    private long _appended;
    private long _duplicates;
    private long _unchanged;
    private long _bytesBefore;
    private long _bytesTotal;
    private long _lastSequence;

    /// <summary>Prepares an import.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="options">How it works; absent: the defaults.</param>
    /// <param name="progress">Told now and then, on the importing thread.</param>
    public ImportRunner(ImportTarget target, ImportOptions? options = null, Action<ImportProgress>? progress = null)
    {
        _target = target;
        _options = options ?? new ImportOptions();
        _progress = progress;
        _runs = new EntryRuns(target.WorkFolder, _options.EntriesPerRun, _options.BytesPerRun);
        _encoder = new DocumentEncoder(target, _options, _runs);
        _refused = new RefusedLog(target.RefusedFile, _options.RefusedLinesKept);
    }

    /// <summary>Imports files. Items are read first, whatever the order of the list: events of unknown items are refused.</summary>
    /// <exception cref="JournalUnavailableException">The journal failed; what was appended before stays, and running again continues.</exception>
    public async Task<ImportReport> RunAsync(IReadOnlyList<ImportSource> sources, CancellationToken cancellation = default)
    {
        var startedAt = Stopwatch.GetTimestamp();
        _bytesTotal = sources.Sum(source => File.Exists(source.Path) ? new FileInfo(source.Path).Length : 0);
        foreach (var source in sources.OrderBy(source => source.Kind))
        {
            Read(source, cancellation);
        }

        Report(ImportPhase.Reading, _bytesTotal);
        var readingSeconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        startedAt = Stopwatch.GetTimestamp();
        await AppendAsync(cancellation).ConfigureAwait(false);
        Report(ImportPhase.Appending, _bytesTotal);
        using var process = Process.GetCurrentProcess();
        return new ImportReport
        {
            Kinds = _counts,
            Refused = _refused.Lines,
            RefusedByCode = _refused.ByCode,
            FailedFiles = _failed,
            ReadingSeconds = readingSeconds,
            AppendingSeconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds,
            PeakMemoryBytes = process.PeakWorkingSet64,
            SpilledRuns = _runs.SpilledRuns,
            LastSequence = _lastSequence,
        };
    }

    private KindCounts CountsOf(ImportKind kind) => _counts.TryGetValue(kind, out var counts) ? counts : _counts[kind] = new KindCounts();

    private void Read(ImportSource source, CancellationToken cancellation)
    {
        var counts = CountsOf(source.Kind);
        long line = 0;
        try
        {
            using var input = InputFile.Open(source.Path);
            if (source.Mapping is null && source.Format == ImportFormat.Jsonl)
            {
                ReadDocuments(source, input, counts, ref line, cancellation);
            }
            else
            {
                ReadRows(source, input, counts, ref line, cancellation);
            }

            _bytesBefore += input.Position;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            _failed.Add(new FailedFile(source.Path, line, exception.Message));
        }
    }

    private void ReadDocuments(ImportSource source, InputFile input, KindCounts counts, ref long line, CancellationToken cancellation)
    {
        var lines = new DocumentLines(input.Content);
        while (lines.Read(out var document, out var broken))
        {
            line = lines.Line;
            if (broken is { } error || !_encoder.TryTake(source, document, out error))
            {
                Refuse(source, counts, line, in error);
            }
            else
            {
                _accepted++;
            }

            Tick(input, cancellation);
        }
    }

    private void ReadRows(ImportSource source, InputFile input, KindCounts counts, ref long line, CancellationToken cancellation)
    {
        var mapping = source.Mapping ?? throw new InvalidDataException("only .jsonl files can be imported without a mapping");
        var rows = RowReader.Open(input.Content, source.Format);
        if (!_seen.TryGetValue(mapping, out var seen))
        {
            _seen[mapping] = seen = [];
        }

        using var mapped = new MappedRows(mapping, rows, source.Path, source.Format, seen);
        DocumentTaker take = (document, at) =>
        {
            if (_encoder.TryTake(source, document, out var error))
            {
                _accepted++;
            }
            else
            {
                Refuse(source, counts, at, in error);
            }
        };
        RefusalTaker refuse = (in error, at) => Refuse(source, counts, at, in error);
        while (mapped.Read(take, refuse))
        {
            line = rows.Line;
            Tick(input, cancellation);
        }

        counts.LeftOut += mapped.LeftOut;
    }

    private void Refuse(ImportSource source, KindCounts counts, long line, in FieldError error)
    {
        counts.Refused++;
        _refused.Add(source.Path, line, in error);
    }

    private void Tick(InputFile input, CancellationToken cancellation)
    {
        if (++_taken % ReportEvery == 0)
        {
            cancellation.ThrowIfCancellationRequested();
            Report(ImportPhase.Reading, _bytesBefore + input.Position);
        }
    }

    private void Report(ImportPhase phase, long bytes) =>
        _progress?.Invoke(new ImportProgress(phase, bytes, _bytesTotal, _accepted, _refused.Count, _appended, _duplicates, _unchanged));

    private async Task AppendAsync(CancellationToken cancellation)
    {
        // What says no time was there from the beginning of what is imported: the same time whenever the same files are imported again.
        var beginningMs = _runs.EarliestMs == long.MaxValue ? _target.Time.GetUtcNow().ToUnixTimeMilliseconds() : _runs.EarliestMs;
        var batch = new List<PendingEntry>(_options.EntriesPerAppend);
        foreach (var merged in _runs.Merge())
        {
            var entry = merged.AtMs == TimedEntry.Untimed ? DocumentEncoder.At(merged, beginningMs) : merged;
            if (IsUnchanged(entry))
            {
                _unchanged++;
                CountsOf(KindOf(entry.Kind)).Unchanged++;
                continue;
            }

            batch.Add(new PendingEntry(entry.Kind, entry.Payload, entry.Key));
            if (batch.Count == _options.EntriesPerAppend)
            {
                await SendAsync(batch, cancellation).ConfigureAwait(false);
                batch = new List<PendingEntry>(_options.EntriesPerAppend);
            }
        }

        await SendAsync(batch, cancellation).ConfigureAwait(false);
        while (_appends.Count > 0)
        {
            await TakeResultAsync().ConfigureAwait(false);
        }
    }

    // Only the first change of an item can be compared with the state before the import: the ones after it follow from it.
    private bool IsUnchanged(in TimedEntry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.ItemPut or EntryKind.ItemPatch or EntryKind.ItemDelete:
                var change = ItemChange.Read(entry.Payload.Span);
                return IsFirst((byte)'i', change.Id.Value, _target.IsUnchanged(change));
            case EntryKind.UserPut or EntryKind.SellerPut:
                var put = EntityChange.Read(entry.Payload.Span);
                return IsFirst((byte)entry.Kind, put.Id, _target.IsEntityUnchanged(entry.Kind, put));
            default:
                return false;
        }
    }

    private bool IsFirst(byte tag, string id, bool isUnchanged)
    {
        var key = Hash.Of128(id) ^ tag;
        if (isUnchanged)
        {
            return !_touched.Contains(key);
        }

        _touched.Add(key);
        return false;
    }

    private async Task SendAsync(List<PendingEntry> batch, CancellationToken cancellation)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var kinds = new EntryKind[batch.Count];
        for (var i = 0; i < kinds.Length; i++)
        {
            kinds[i] = batch[i].Kind;
        }

        _appends.Enqueue((_target.Writer.AppendAndWaitAsync(batch, cancellation).AsTask(), kinds));
        if (_appends.Count >= OutstandingAppends)
        {
            await TakeResultAsync().ConfigureAwait(false);
        }
    }

    private async Task TakeResultAsync()
    {
        var (append, kinds) = _appends.Dequeue();
        var result = await append.ConfigureAwait(false);
        _lastSequence = result.LastSequence;
        for (var i = 0; i < kinds.Length; i++)
        {
            var counts = CountsOf(KindOf(kinds[i]));
            if (result.Duplicate is { } duplicate && duplicate[i])
            {
                counts.Duplicates++;
                _duplicates++;
            }
            else
            {
                counts.Accepted++;
                _appended++;
            }
        }

        Report(ImportPhase.Appending, _bytesTotal);
    }

    private static ImportKind KindOf(EntryKind kind) => kind switch
    {
        EntryKind.Event => ImportKind.Events,
        EntryKind.Ranking => ImportKind.Rankings,
        EntryKind.UserPut => ImportKind.Users,
        EntryKind.SellerPut => ImportKind.Sellers,
        EntryKind.FeatureRows => ImportKind.Features,
        _ => ImportKind.Items,
    };

    public void Dispose()
    {
        _runs.Dispose();
        _refused.Dispose();
    }
}
