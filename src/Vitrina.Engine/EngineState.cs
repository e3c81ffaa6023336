using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Features;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine;

/// <summary>The whole living state: what the journal up to <see cref="AsOf"/> adds up to under the verticals' files.</summary>
/// <remarks>One writer, who applies entries in sequence order. Serving freezes it into snapshots; replay reads it live, between two entries.</remarks>
public sealed class EngineState
{
    private readonly Dictionary<string, MarketState> _markets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _servingModels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _shadowModels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _switches = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly ExperimentLedger _experiments = new();

    /// <summary>Makes an empty state.</summary>
    /// <param name="verticals">The verticals that entries may belong to.</param>
    /// <param name="withText">False leaves the text index out: replay takes text scores from the record.</param>
    public EngineState(IEnumerable<CompiledVertical> verticals, bool withText = true)
    {
        ArgumentNullException.ThrowIfNull(verticals);
        Verticals = verticals.ToDictionary(vertical => vertical.Name, StringComparer.Ordinal);
        foreach (var vertical in Verticals.Values)
        {
            _markets[vertical.Name] = new MarketState(vertical, Catalog, withText, Count);
        }
    }

    /// <summary>The verticals by name.</summary>
    public Dictionary<string, CompiledVertical> Verticals { get; }

    /// <summary>Items, users and sellers.</summary>
    public ItemCatalog Catalog { get; } = new();

    /// <summary>The last applied journal sequence.</summary>
    public long AsOf { get; private set; }

    /// <summary>The serving version of each model, by the model's name.</summary>
    public IReadOnlyDictionary<string, string> ServingModels => _servingModels;

    /// <summary>The version of each model that scores beside the serving one, by the model's name.</summary>
    public IReadOnlyDictionary<string, string> ShadowModels => _shadowModels;

    /// <summary>The kill switches by surface, as the journal's entries set them.</summary>
    public IReadOnlyDictionary<string, bool> Switches => _switches;

    /// <summary>How many entries of each kind were applied, and what was set aside and why.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>All experiments.</summary>
    public IReadOnlyList<Experiment> Experiments => _experiments.All;

    /// <summary>True lets an Update of offers recount on a thread of its own, where somebody waits for events meanwhile. The state comes out the same.</summary>
    public bool RecountsBeside { get; set; }

    internal MarketState MarketOf(string vertical) => _markets[vertical];

    internal IEnumerable<(string Vertical, MarketState Market)> Markets => _markets.Select(pair => (pair.Key, pair.Value));

    /// <summary>Applies the next entry.</summary>
    /// <exception cref="CodecException">The entry's payload is not of a known version.</exception>
    public void Apply(in JournalEntry entry)
    {
        var payload = entry.Payload.Span;
        switch (entry.Kind)
        {
            case EntryKind.Event:
                ApplyEvent(MarketEvent.Read(payload), entry.RecordedAtMs);
                break;
            case EntryKind.Ranking:
                var ranking = RankingRecord.Read(payload);
                Count("rankings");
                _markets.GetValueOrDefault(ranking.Vertical)?.ApplyRanking(ranking, entry.RecordedAtMs);
                break;
            case EntryKind.ItemPut or EntryKind.ItemPatch or EntryKind.ItemDelete:
                ApplyItem(ItemChange.Read(payload));
                break;
            case EntryKind.UserPut:
                Catalog.ApplyUser(EntityChange.Read(payload));
                Count("users");
                break;
            case EntryKind.SellerPut:
                Catalog.ApplySeller(EntityChange.Read(payload));
                Count("sellers");
                break;
            case EntryKind.UserAlias:
                Join(UserAlias.Read(payload));
                break;
            case EntryKind.UserErase:
                Erase(ControlEntry.Read(payload).Subject);
                break;
            case EntryKind.FeatureRows:
                var row = FeatureRow.Read(payload);
                Count("featureRows");
                foreach (var market in _markets.Values)
                {
                    market.ApplyRow(row);
                }

                break;
            case EntryKind.DayStarted:
                foreach (var market in _markets.Values)
                {
                    market.StartDay(entry.RecordedAtMs);
                }

                break;
            case EntryKind.ModelPublished:
                var published = ControlEntry.Read(payload);
                _servingModels[published.Subject] = published.Value;
                Count("modelsPublished");
                break;
            case EntryKind.ModelShadowed:
                Shadow(ControlEntry.Read(payload));
                break;
            case EntryKind.KillSwitch:
                var change = ControlEntry.Read(payload);
                _switches[change.Subject] = change.Value == "on";
                break;
            case >= EntryKind.OffersInit and <= EntryKind.OffersInitFinished:
                ApplyOffers(entry.Kind, ControlEntry.Read(payload), entry.RecordedAtMs);
                break;
            case EntryKind.ExperimentDesigned or EntryKind.ExperimentSwitched or EntryKind.ExperimentConcluded:
                _experiments.Apply(entry.Kind, payload, entry.RecordedAtMs);
                break;
            default:
                break;
        }

        AsOf = entry.Sequence;
    }

    private void ApplyOffers(EntryKind kind, ControlEntry change, long recordedAtMs)
    {
        if (!_markets.TryGetValue(change.Subject, out var market))
        {
            return;
        }

        switch (kind)
        {
            case EntryKind.OffersInit:
                market.InitOffers(recordedAtMs);
                break;
            case EntryKind.OffersInitBegun:
                market.BeginInit(recordedAtMs);
                break;
            case EntryKind.OffersInitFinished:
                market.FinishInit();
                break;
            case EntryKind.OffersUpdate:
                market.UpdateOffers(recordedAtMs, RecountsBeside);
                break;
            case EntryKind.OffersRollback:
                market.RollbackOffers();
                break;
            default:
                market.SetTransfer(change.Value);
                break;
        }
    }

    private void Shadow(ControlEntry change)
    {
        if (change.Value.Length > 0)
        {
            _shadowModels[change.Subject] = change.Value;
        }
        else
        {
            _shadowModels.Remove(change.Subject);
        }

        Count("modelsShadowed");
    }

    private void ApplyEvent(MarketEvent marketEvent, long recordedAtMs)
    {
        Count("events");
        if (Catalog.Find(marketEvent.Item) is { } item && _markets.TryGetValue(item.Vertical, out var market))
        {
            market.ApplyEvent(marketEvent, item, recordedAtMs);
        }
        else
        {
            // Accepted while the item was known to a vertical whose file has gone since.
            Count("eventsOfUnknownItems");
        }
    }

    private void ApplyItem(ItemChange change)
    {
        Count("itemChanges");
        if (Catalog.Apply(change, out var before) is { } after)
        {
            _markets[after.Vertical].ApplyItem(after, before);
            if (before is not null && before.Vertical != after.Vertical)
            {
                _markets[before.Vertical].Leave(before);
            }
        }
    }

    private void Join(UserAlias alias)
    {
        var (user, own) = Catalog.Join(alias);
        Count("aliases");
        if (user == own)
        {
            return;
        }

        foreach (var market in _markets.Values)
        {
            market.Join(user, own);
        }
    }

    private void Erase(string id)
    {
        Count("erasures");
        var ids = IdsOf(id);
        var users = Catalog.Erase(id);
        foreach (var market in _markets.Values)
        {
            market.Erase(users);
            foreach (var own in ids)
            {
                market.EraseRows(own);
            }
        }
    }

    /// <summary>All ids of the person behind an id, itself included.</summary>
    internal IReadOnlyList<string> IdsOf(string id) => [.. Catalog.PersonOf(id).Select(Catalog.UserNameOf).Append(id).Distinct(StringComparer.Ordinal)];

    private void Count(string what) => System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, what, out _)++;

    /// <summary>Bytes that people and what they did take in a vertical, by what they are for.</summary>
    public IReadOnlyList<(string Part, long Bytes)> BytesOfPeople(string vertical)
    {
        var market = _markets[vertical];
        return
        [
            ("ids", Catalog.UserIdBytes), ("attributes", Catalog.UserBytes), ("histories", market.History.Bytes), ("visits", market.VisitBytes), ("statistics", market.Statistics.Bytes),
        ];
    }

    /// <summary>The market of a vertical as it is now: valid until the next entry.</summary>
    public MarketView Live(string vertical) => _markets[vertical].Live();

    /// <summary>The same with the text index, which costs what changed in it since the last call.</summary>
    public MarketView LiveWithText(string vertical) => _markets[vertical].Live(withText: true);

    /// <summary>Replaces a vertical by a later version of its file that keeps the statistics' signature.</summary>
    /// <exception cref="ArgumentException">The signature differs: the state must be rebuilt from the journal.</exception>
    public void Replace(CompiledVertical vertical)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        if (Verticals[vertical.Name].StateSignature != vertical.StateSignature)
        {
            throw new ArgumentException($"Vertical '{vertical.Name}' counts differently now.", nameof(vertical));
        }

        Verticals[vertical.Name] = vertical;
        _markets[vertical.Name].Adopt(vertical);
    }

    /// <summary>Freezes the sections of a checkpoint: everything that is not in the catalogue's store. They may be written on another thread while entries are applied.</summary>
    public IReadOnlyList<CheckpointSection> Sections()
    {
        var sections = new List<CheckpointSection> { Section("control", Now(SaveControl)), Section("experiments", Now(_experiments.Save)) };
        if (_shadowModels.Count > 0)
        {
            sections.Add(Section("shadows", Now(SaveShadows)));
        }

        foreach (var (name, market) in _markets)
        {
            sections.Add(Section($"{name}.signature", Now(writer => writer.WriteString(Verticals[name].StateSignature))));
            sections.Add(Section($"{name}.keywords", market.FreezeKeywords));
            sections.Add(Section($"{name}.state", market.Freeze));
            sections.Add(Section($"{name}.queries", Now(market.SaveQueries)));
        }

        return sections;
    }

    /// <summary>Freezes what a checkpoint holds only to save time: text indexes and words, which the catalogue's texts give again.</summary>
    public IReadOnlyList<CheckpointSection> Parts() =>
        [.. _markets.SelectMany(pair => pair.Value.FreezeParts().Select(part => Section($"{pair.Key}.{part.Name}", section => section.Later(part.Write))))];

    private static Action<FrozenSection> Now(Action<ByteWriter> save) => section => save(section.Now);

    private static CheckpointSection Section(string name, Action<FrozenSection> freeze)
    {
        var section = new FrozenSection();
        freeze(section);
        return new CheckpointSection(name, section.WriteTo);
    }

    private void SaveShadows(ByteWriter writer)
    {
        writer.WriteVarUInt((ulong)_shadowModels.Count);
        foreach (var (name, version) in _shadowModels.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteString(name);
            writer.WriteString(version);
        }
    }

    private void SaveControl(ByteWriter writer)
    {
        writer.WriteVarUInt((ulong)_servingModels.Count);
        foreach (var (name, version) in _servingModels.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteString(name);
            writer.WriteString(version);
        }

        writer.WriteVarUInt((ulong)_counts.Count);
        foreach (var (what, count) in _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteString(what);
            writer.WriteVarInt(count);
        }

        writer.WriteVarUInt((ulong)_switches.Count);
        foreach (var (subject, isSwitched) in _switches.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteString(subject);
            writer.WriteByte(isSwitched ? (byte)1 : (byte)0);
        }
    }

    /// <summary>Takes over a checkpoint and the catalogue of the same sequence into an empty state.</summary>
    /// <returns>False, with the state still empty, when the checkpoint was made under other declarations.</returns>
    public bool TryLoad(Checkpoint checkpoint, ICatalogStore catalog)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(catalog);
        foreach (var (name, vertical) in Verticals)
        {
            if (!checkpoint.Has($"{name}.signature") || SignatureIn(checkpoint, name) != vertical.StateSignature)
            {
                return false;
            }
        }

        LoadControl(checkpoint);
        if (checkpoint.Has("experiments"))
        {
            // Checkpoints of before have none, and there were none then.
            var experiments = new ByteReader(BytesOf(checkpoint, "experiments"));
            _experiments.Load(ref experiments);
        }

        foreach (var (name, market) in _markets)
        {
            var keywords = new ByteReader(BytesOf(checkpoint, $"{name}.keywords"));
            market.LoadKeywords(ref keywords);
        }

        RestoreItems(checkpoint, catalog);
        foreach (var (name, market) in _markets)
        {
            var state = new ByteReader(BytesOf(checkpoint, $"{name}.state"));
            market.Load(ref state);
            if (checkpoint.Has($"{name}.queries"))
            {
                // Checkpoints of before counted none.
                var queries = new ByteReader(BytesOf(checkpoint, $"{name}.queries"));
                market.LoadQueries(ref queries);
            }
        }

        AsOf = checkpoint.AsOf;
        return true;
    }

    // What has no stored text index or words, or damaged ones, is analysed anew.
    private void RestoreItems(Checkpoint checkpoint, ICatalogStore catalog)
    {
        var has = _markets.ToDictionary(
            pair => pair.Key,
            pair => (Text: pair.Value.TryLoadText(checkpoint.ReadPart($"{pair.Key}.text")), Words: pair.Value.TryLoadWords(checkpoint.ReadPart($"{pair.Key}.words"))),
            StringComparer.Ordinal);
        Catalog.Restore(catalog, item =>
        {
            var (hasText, hasWords) = has[item.Vertical];
            _markets[item.Vertical].ApplyItem(item, null, hasText, hasWords);
        });
    }

    /// <summary>Takes over a catalogue without statistics: what is left when a checkpoint is lost and the journal's first segments are not there.</summary>
    public void TakeOver(ICatalogStore catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        Catalog.Restore(catalog, item => _markets[item.Vertical].ApplyItem(item, null));
    }

    /// <summary>Takes over the graphs of vector indexes.</summary>
    internal void LoadVectors(string folder, List<string> damages)
    {
        foreach (var (name, market) in _markets)
        {
            market.Vectors?.Load(folder, name, Catalog, damages);
        }
    }

    /// <summary>Writes the graphs of vector indexes, and what encoders made of items.</summary>
    internal void SaveVectors(string folder)
    {
        foreach (var (name, market) in _markets)
        {
            market.Vectors?.Save(folder, name, Catalog.LiveItems());
            market.SaveEncoded(folder);
        }
    }

    private static string SignatureIn(Checkpoint checkpoint, string name)
    {
        var reader = new ByteReader(BytesOf(checkpoint, $"{name}.signature"));
        return reader.ReadString();
    }

    private void LoadControl(Checkpoint checkpoint)
    {
        var reader = new ByteReader(BytesOf(checkpoint, "control"));
        for (var left = reader.ReadCount(2); left > 0; left--)
        {
            var name = reader.ReadString();
            _servingModels[name] = reader.ReadString();
        }

        for (var left = reader.ReadCount(2); left > 0; left--)
        {
            var what = reader.ReadString();
            _counts[what] = reader.ReadVarInt();
        }

        for (var left = reader.ReadCount(2); left > 0; left--)
        {
            var subject = reader.ReadString();
            _switches[subject] = reader.ReadByte() != 0;
        }

        // Absent while nothing shadows, and in checkpoints from before there were shadows.
        if (checkpoint.Has("shadows"))
        {
            var shadows = new ByteReader(BytesOf(checkpoint, "shadows"));
            for (var left = shadows.ReadCount(2); left > 0; left--)
            {
                var name = shadows.ReadString();
                _shadowModels[name] = shadows.ReadString();
            }
        }
    }

    private static byte[] BytesOf(Checkpoint checkpoint, string section)
    {
        using var stream = checkpoint.Open(section);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
