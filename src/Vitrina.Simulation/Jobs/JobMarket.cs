using System.Globalization;

namespace Vitrina.Simulation.Jobs;

/// <summary>Who looks: an employer at resumes, or a person at vacancies.</summary>
internal enum JobSide
{
    Employer,
    Person,
}

/// <summary>What resumes and vacancies have in common, as a struct of arrays over dense ordinals. Qualities are standard normal.</summary>
internal sealed class Postings(char prefix, char ownerPrefix, int count)
{
    /// <summary>Item ids.</summary>
    public string[] Id { get; } = Ids(prefix, count);

    /// <summary>Number of the owner: a person per resume; the employer of a vacancy.</summary>
    public int[] Owner { get; } = new int[count];

    /// <summary>City × profession.</summary>
    public int[] Cluster { get; } = new int[count];

    /// <summary>Kilometres east of the city's middle.</summary>
    public float[] East { get; } = new float[count];

    /// <summary>Kilometres north of the city's middle.</summary>
    public float[] North { get; } = new float[count];

    public byte[] Employment { get; } = new byte[count];

    public byte[] Schedule { get; } = new byte[count];

    /// <summary>Roubles a month: wished or offered.</summary>
    public int[] Salary { get; } = new int[count];

    /// <summary>Years of experience: had or required.</summary>
    public byte[] Years { get; } = new byte[count];

    /// <summary>How well it looks.</summary>
    public float[] Attraction { get; } = new float[count];

    /// <summary>How readily its owner answers.</summary>
    public float[] Responsiveness { get; } = new float[count];

    /// <summary>Sessions of its owner relative to the mean.</summary>
    public float[] Activity { get; } = new float[count];

    /// <summary>UTC ticks; may lie before the world's start.</summary>
    public long[] PublishedAt { get; } = new long[count];

    /// <summary>Withdrawn or run out, UTC ticks, unless something on the platform ends it earlier.</summary>
    public long[] EndsAt { get; } = new long[count];

    public int Count => Id.Length;

    /// <summary>The user behind a posting.</summary>
    public string OwnerId(int posting) => string.Create(CultureInfo.InvariantCulture, $"{ownerPrefix}{Owner[posting]:D6}");

    /// <summary>The ordinal behind an id of this kind; -1 for any other text.</summary>
    public int Find(string id) =>
        id.Length > 1 && id[0] == prefix && int.TryParse(id.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
            && (uint)ordinal < (uint)Count && Id[ordinal] == id ? ordinal : -1;

    /// <summary>Whether it is listed at a moment, as far as nothing on the platform ended it.</summary>
    public bool IsListed(int posting, long at) => at >= PublishedAt[posting] && at < EndsAt[posting];

    private static string[] Ids(char prefix, int count)
    {
        var ids = new string[count];
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            ids[ordinal] = string.Create(CultureInfo.InvariantCulture, $"{prefix}{ordinal:D6}");
        }

        return ids;
    }
}

/// <summary>Both sides of the market.</summary>
internal sealed class JobMarket
{
    public required Postings Resumes { get; init; }

    public required Postings Vacancies { get; init; }

    public required int ProfessionCount { get; init; }

    public required int CityCount { get; init; }

    /// <summary>How good the person is at work; seen by nobody before the deal.</summary>
    public required float[] Quality { get; init; }

    /// <summary>A person's leaning to chats, away from calls.</summary>
    public required float[] Leaning { get; init; }

    /// <summary>Channels a resume offers: bit c stands for channel c.</summary>
    public required byte[] ChannelMask { get; init; }

    /// <summary>The way to work that a person takes, km.</summary>
    public required float[] ToleranceKm { get; init; }

    /// <summary>When the person found work elsewhere: nobody answers from then on. UTC ticks.</summary>
    public required long[] FoundWorkAt { get; init; }

    /// <summary>Renewals of resume r: RenewedAt[RenewalStart[r] .. RenewalStart[r + 1]], ascending.</summary>
    public required int[] RenewalStart { get; init; }

    public long[] RenewedAt { get; set; } = [];

    /// <summary>People a vacancy takes on.</summary>
    public required int[] Openings { get; init; }

    /// <summary>An employer's leaning to chats, away from calls.</summary>
    public required float[] EmployerLeaning { get; init; }

    public int ClusterCount => CityCount * ProfessionCount;

    public int EmployerCount => EmployerLeaning.Length;

    public int CityOf(int cluster) => cluster / ProfessionCount;

    public int ProfessionOf(int cluster) => cluster % ProfessionCount;

    /// <summary>The last sign of life of a resume before a moment: its publication or a renewal.</summary>
    public long LastSignOfLife(int resume, long at)
    {
        for (var index = RenewalStart[resume + 1] - 1; index >= RenewalStart[resume]; index--)
        {
            if (RenewedAt[index] <= at)
            {
                return RenewedAt[index];
            }
        }

        return Resumes.PublishedAt[resume];
    }
}
