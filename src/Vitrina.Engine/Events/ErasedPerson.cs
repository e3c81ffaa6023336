using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Vitrina.Engine.Events;

/// <summary>A person whose erasure stands in the journal while older entries still name it.</summary>
/// <remarks>
/// Names that stand in for ids and visits are keyed hashes (HMAC-SHA-256) under a salt that exists only until the rewriting is done: afterwards
/// nobody can compute them, so they lead neither back to an id nor from one visit to another. Until then they are the same in every attempt.
/// </remarks>
internal sealed record ErasedPerson
{
    /// <summary>The collection of the control store that holds these documents.</summary>
    public const string Collection = "erasures";

    private const string Mark = "erased";
    private const string Visitors = "visitors";
    private const int NameChars = 32;

    /// <summary>The journal sequence of the erasure: what stands before it is rewritten.</summary>
    public required long Sequence { get; init; }

    /// <summary>The login and everything that was joined to it.</summary>
    public required IReadOnlyList<string> Ids { get; init; }

    /// <summary>The salt, in hexadecimal digits.</summary>
    public required string Salt { get; init; }

    /// <summary>True as soon as entries may have been rewritten.</summary>
    public bool IsBegun { get; init; }

    /// <summary>Under which key the document stands.</summary>
    public string Key => KeyOf(Sequence);

    /// <summary>The key of an erasure's document.</summary>
    public static string KeyOf(long sequence) => sequence.ToString("D20", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A new one with a salt of its own.</summary>
    public static ErasedPerson New(long sequence, IReadOnlyList<string> ids) =>
        new() { Sequence = sequence, Ids = ids, Salt = Convert.ToHexString(RandomNumberGenerator.GetBytes(32)) };

    /// <summary>The document.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static ErasedPerson Read(string json) => JsonSerializer.Deserialize<ErasedPerson>(json)!;

    /// <summary>What stands in the place of an id.</summary>
    public string NameOf(string id) => Named("id\n" + id);

    /// <summary>What stands in the place of a visit: one name per item, which is all that crediting needs.</summary>
    /// <param name="user">The login under which the visit was then.</param>
    /// <param name="item">The item.</param>
    public string VisitorOf(string user, string item) => Named($"visit\n{user}\n{item}");

    private string Named(string text) =>
        $"{Mark}:{Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromHexString(Salt), Encoding.UTF8.GetBytes(text)))[..NameChars]}";

    /// <summary>A ranking without its person; nothing is learned from it.</summary>
    public RankingRecord Without(RankingRecord ranking, string user)
    {
        var context = new List<KeyValuePair<string, string>> { new(Mark, "true") };
        var seen = Math.Min(ranking.Shown.Count, ranking.AssumedViews - ranking.Offset);
        if (seen > 0)
        {
            context.Add(new(Visitors, string.Join(',', ranking.Shown.Take(seen).Select(shown => VisitorOf(user, shown.Item)))));
        }

        // A cluster may be one person's; what stands for nobody belongs to no experiment.
        return ranking with { User = null, Session = null, IsPersonalized = false, Context = context, Assignments = [] };
    }

    /// <summary>True for a ranking whose person was erased.</summary>
    public static bool IsMarked(RankingRecord ranking) => ranking.User is null && ranking.Context is [{ Key: Mark, Value: "true" }, ..];

    /// <summary>Who saw each of the first items of a ranking whose person was erased; empty for all others.</summary>
    public static string[] VisitorsOf(RankingRecord ranking) =>
        IsMarked(ranking) && ranking.Context is [_, { Key: Visitors, Value: var visitors }] ? visitors.Split(',') : [];
}
