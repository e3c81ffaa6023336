using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Events;

/// <summary>Where a recorded ranking came from.</summary>
public enum RankingOrigin : byte
{
    /// <summary>Answered by this engine.</summary>
    Served = 0,

    /// <summary>Answered elsewhere and imported.</summary>
    Imported = 1,

    /// <summary>Made from replayed state where no list was ever logged.</summary>
    Reconstructed = 2,

    /// <summary>Shown by the caller and ordered here without being shown: <see cref="RankingRecord.Counter"/>. Compared with, never learned from.</summary>
    Shadow = 3,
}

/// <summary>One answered item of a recorded ranking.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Propensity">The probability of this item at its position given those above; 1 for fixed places, NaN when not known.</param>
/// <param name="Score">The score that ordered it; NaN when not known.</param>
/// <param name="Sources">The bits of the sources that found it, in the surface's order.</param>
public readonly record struct ShownItem(string Item, double Propensity, float Score, uint Sources);

/// <summary>A candidate that was retrieved but not shown, with the reason.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Reason">The removal mark, or <c>rank:N</c> for a candidate that stood too low.</param>
public readonly record struct UnshownItem(string Item, string Reason);

/// <summary>One experiment that an answer belongs to.</summary>
/// <remarks>Who the unit was stands in the record itself: its user, session or cluster.</remarks>
public sealed record RecordedAssignment
{
    /// <summary>The experiment.</summary>
    public required string Experiment { get; init; }

    /// <summary>The version of its design.</summary>
    public required int Version { get; init; }

    /// <summary>The arm; <c>interleaved</c> where both answered together.</summary>
    public required string Arm { get; init; }

    /// <summary>True when the answer counts: see the experiment's exposure rule.</summary>
    public bool IsExposed { get; init; }

    /// <summary>True near a switch of arms: left out of estimates.</summary>
    public bool IsBurned { get; init; }

    /// <summary>The probability with which the unit, or the cluster's period, has this arm.</summary>
    public float Propensity { get; init; } = 1;

    /// <summary>The request's cluster; absent without clusters.</summary>
    public string? Cluster { get; init; }

    /// <summary>The switchback's period, from 0; -1 without one.</summary>
    public int Period { get; init; } = -1;

    /// <summary>Items of other clusters on the page.</summary>
    public int ForeignItems { get; init; }

    /// <summary>Which arm placed each shown item of an interleaved page: 1 and 2 in the order of the arms, 0 = both alike, no credit; empty for other kinds.</summary>
    public IReadOnlyList<byte> Teams { get; init; } = [];

    /// <summary>Appends it in the journal's form.</summary>
    internal void Write(ByteWriter writer)
    {
        writer.WriteString(Experiment);
        writer.WriteVarInt(Version);
        writer.WriteString(Arm);
        writer.WriteByte((byte)((IsExposed ? 1 : 0) | (IsBurned ? 2 : 0)));
        writer.WriteSingle(Propensity);
        writer.WriteOptionalString(Cluster);
        writer.WriteVarInt(Period);
        writer.WriteVarInt(ForeignItems);
        writer.WriteBlob([.. Teams]);
    }

    internal static RecordedAssignment Read(ref ByteReader reader)
    {
        var (experiment, version, arm, flags) = (reader.ReadString(), (int)reader.ReadVarInt(), reader.ReadString(), reader.ReadByte());
        return new RecordedAssignment
        {
            Experiment = experiment,
            Version = version,
            Arm = arm,
            IsExposed = (flags & 1) != 0,
            IsBurned = (flags & 2) != 0,
            Propensity = reader.ReadSingle(),
            Cluster = reader.ReadOptionalString(),
            Period = (int)reader.ReadVarInt(),
            ForeignItems = (int)reader.ReadVarInt(),
            Teams = reader.ReadBlob().ToArray(),
        };
    }
}

/// <summary>The light record of one answer: what the journal keeps of it.</summary>
public sealed record RankingRecord
{
    /// <summary>The ranking's id.</summary>
    public required string Id { get; init; }

    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The surface.</summary>
    public required string Surface { get; init; }

    /// <summary>When it was answered, Unix milliseconds: the request's time in every feature.</summary>
    public required long AtMs { get; init; }

    /// <summary>The journal sequence that the snapshot had seen; 0 for imported rankings, which see everything before themselves.</summary>
    public long AsOf { get; init; }

    /// <summary>Where the record came from.</summary>
    public RankingOrigin Origin { get; init; }

    /// <summary>A hash of the vertical's file.</summary>
    public ulong VerticalVersion { get; init; }

    /// <summary>The model that scored it, as <c>name/version</c>; absent when a fallback did.</summary>
    public string? Model { get; init; }

    /// <summary>Who asked.</summary>
    public string? User { get; init; }

    /// <summary>The visit.</summary>
    public string? Session { get; init; }

    /// <summary>The query's text.</summary>
    public string? Query { get; init; }

    /// <summary>The seed of everything random in the answer.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many positions stand before the first shown item: 0 for a first page.</summary>
    public int Offset { get; init; }

    /// <summary>How many first positions count as seen without a view event; 0 = views come from the client.</summary>
    public int AssumedViews { get; init; }

    /// <summary>False when the answer was made as for an unknown user.</summary>
    public bool IsPersonalized { get; init; } = true;

    /// <summary>What was left out under pressure.</summary>
    public IReadOnlyList<string> Degraded { get; init; } = [];

    /// <summary>Region, device and whatever else the caller said.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Context { get; init; } = [];

    /// <summary>The answered items, in order.</summary>
    public IReadOnlyList<ShownItem> Shown { get; init; } = [];

    /// <summary>Some of the candidates that were not shown.</summary>
    public IReadOnlyList<UnshownItem> Unshown { get; init; } = [];

    /// <summary>The experiments that the answer belongs to.</summary>
    public IReadOnlyList<RecordedAssignment> Assignments { get; init; } = [];
    /// <summary>In shadow mode: the list that this engine would have shown, as indexes in <see cref="Shown"/>, best first; else empty.</summary>
    public IReadOnlyList<int> Counter { get; init; } = [];

    /// <summary>True when the query named one exact thing, so that only exact matches were shown.</summary>
    public bool IsExact { get; init; }

    /// <summary>True when nothing answered the query.</summary>
    public bool IsNothingFound { get; init; }

    /// <summary>The analogs of the section <c>similar</c>, in order; their places go on behind those of <see cref="Shown"/>.</summary>
    public IReadOnlyList<ShownItem> Similar { get; init; } = [];

    /// <summary>True when this engine scored it: <see cref="AsOf"/> is a snapshot's, and vectors may have been recorded.</summary>
    public bool IsAnsweredHere => Origin is RankingOrigin.Served or RankingOrigin.Shadow;

    /// <summary>True when its person was erased: it stands for nobody, and nothing is learned from it.</summary>
    public bool IsErased => ErasedPerson.IsMarked(this);

    /// <summary>Appends the record in the journal's form.</summary>
    public void Write(ByteWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);

        // An answer outside all experiments keeps the first version, which every program reads; a counter-list needs the third, an exact query the fourth.
        var version = IsExact || IsNothingFound || Similar.Count > 0 ? (byte)4 : Counter.Count > 0 ? (byte)3 : Assignments.Count > 0 ? (byte)2 : (byte)1;
        writer.WriteByte(version);
        writer.WriteString(Id);
        writer.WriteString(Vertical);
        writer.WriteString(Surface);
        writer.WriteVarInt(AtMs);
        writer.WriteVarInt(AsOf);
        writer.WriteByte((byte)Origin);
        writer.WriteUInt64(VerticalVersion);
        writer.WriteOptionalString(Model);
        writer.WriteOptionalString(User);
        writer.WriteOptionalString(Session);
        writer.WriteOptionalString(Query);
        writer.WriteUInt64(Seed);
        writer.WriteVarInt(Offset);
        writer.WriteVarInt(AssumedViews);
        writer.WriteByte(IsPersonalized ? (byte)1 : (byte)0);
        writer.WriteVarUInt((ulong)Degraded.Count);
        foreach (var part in Degraded)
        {
            writer.WriteString(part);
        }

        ContextPairs.Write(writer, Context);
        WriteShown(writer, Shown);

        writer.WriteVarUInt((ulong)Unshown.Count);
        foreach (var unshown in Unshown)
        {
            writer.WriteString(unshown.Item);
            writer.WriteString(unshown.Reason);
        }

        if (version >= 2)
        {
            writer.WriteVarUInt((ulong)Assignments.Count);
            foreach (var assignment in Assignments)
            {
                assignment.Write(writer);
            }
        }

        if (version >= 3)
        {
            writer.WriteVarUInt((ulong)Counter.Count);
            foreach (var index in Counter)
            {
                writer.WriteVarUInt((ulong)index);
            }
        }

        if (version >= 4)
        {
            writer.WriteByte((byte)((IsExact ? 1 : 0) | (IsNothingFound ? 2 : 0)));
            WriteShown(writer, Similar);
        }
    }

    private static void WriteShown(ByteWriter writer, IReadOnlyList<ShownItem> items)
    {
        writer.WriteVarUInt((ulong)items.Count);
        foreach (var shown in items)
        {
            writer.WriteString(shown.Item);
            writer.WriteSingle((float)shown.Propensity);
            writer.WriteSingle(shown.Score);
            writer.WriteVarUInt(shown.Sources);
        }
    }

    /// <summary>Reads a record that <see cref="Write"/> wrote.</summary>
    /// <exception cref="CodecException">The bytes are not a ranking of a known version.</exception>
    public static RankingRecord Read(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        var version = reader.ReadByte();
        if (version is < 1 or > 4)
        {
            throw new CodecException("a ranking of a newer version", 0);
        }

        var record = new RankingRecord
        {
            Id = reader.ReadString(),
            Vertical = reader.ReadString(),
            Surface = reader.ReadString(),
            AtMs = reader.ReadVarInt(),
            AsOf = reader.ReadVarInt(),
            Origin = (RankingOrigin)reader.ReadByte(),
            VerticalVersion = reader.ReadUInt64(),
            Model = reader.ReadOptionalString(),
            User = reader.ReadOptionalString(),
            Session = reader.ReadOptionalString(),
            Query = reader.ReadOptionalString(),
            Seed = reader.ReadUInt64(),
            Offset = (int)reader.ReadVarInt(),
            AssumedViews = (int)reader.ReadVarInt(),
            IsPersonalized = reader.ReadByte() != 0,
            Degraded = ReadStrings(ref reader),
            Context = ContextPairs.Read(ref reader),
            Shown = ReadShown(ref reader),
            Unshown = ReadUnshown(ref reader),
            Assignments = version == 1 ? [] : ReadAssignments(ref reader),
            Counter = version >= 3 ? ReadCounter(ref reader) : [],
        };
        if (version < 4)
        {
            return record;
        }

        var flags = reader.ReadByte();
        return record with { IsExact = (flags & 1) != 0, IsNothingFound = (flags & 2) != 0, Similar = ReadShown(ref reader) };
    }

    private static RecordedAssignment[] ReadAssignments(ref ByteReader reader)
    {
        var assignments = new RecordedAssignment[reader.ReadCount(12)];
        for (var i = 0; i < assignments.Length; i++)
        {
            assignments[i] = RecordedAssignment.Read(ref reader);
        }

        return assignments;
    }

    private static string[] ReadStrings(ref ByteReader reader)
    {
        var texts = new string[reader.ReadCount(1)];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.ReadString();
        }

        return texts;
    }

    private static ShownItem[] ReadShown(ref ByteReader reader)
    {
        var shown = new ShownItem[reader.ReadCount(10)];
        for (var i = 0; i < shown.Length; i++)
        {
            shown[i] = new ShownItem(reader.ReadString(), reader.ReadSingle(), reader.ReadSingle(), (uint)reader.ReadVarUInt());
        }

        return shown;
    }

    private static int[] ReadCounter(ref ByteReader reader)
    {
        var counter = new int[reader.ReadCount(1)];
        for (var i = 0; i < counter.Length; i++)
        {
            counter[i] = (int)reader.ReadVarUInt();
        }

        return counter;
    }

    private static UnshownItem[] ReadUnshown(ref ByteReader reader)
    {
        var unshown = new UnshownItem[reader.ReadCount(2)];
        for (var i = 0; i < unshown.Length; i++)
        {
            unshown[i] = new UnshownItem(reader.ReadString(), reader.ReadString());
        }

        return unshown;
    }
}
