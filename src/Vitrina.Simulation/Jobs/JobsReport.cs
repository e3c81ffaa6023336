using System.Globalization;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Jobs;

/// <summary>What came of a drive of a jobs world, and how it compares to the article about Avito Jobs.</summary>
public sealed record JobsReport : WorldReport
{
    /// <summary>Resumes that were listed at any time.</summary>
    public required long ResumeCount { get; init; }

    /// <summary>Employers' side: lists over resumes.</summary>
    public required JobsSideReport Employers { get; init; }

    /// <summary>Persons' side: lists over vacancies.</summary>
    public required JobsSideReport Persons { get; init; }

    /// <summary>Share of listed resumes that no employer contacted.</summary>
    public required double ResumesWithoutContact { get; init; }

    /// <summary>Share of listed resumes with 20 contacts or more.</summary>
    public required double ResumesWithTwentyContacts { get; init; }

    /// <summary>Most contacts of one resume.</summary>
    public required int MostContactsOfAResume { get; init; }

    /// <summary>Gini coefficient of contacts over listed resumes: 0 = all alike.</summary>
    public required double GiniOfContacts { get; init; }

    /// <summary>Share of the resumes listed at the end whose person has found work.</summary>
    public required double StaleShare { get; init; }

    /// <summary>Share of employers with a deal.</summary>
    public required double EmployersWithDeal { get; init; }

    /// <summary>Mean days from the contact to the deal, both sides.</summary>
    public required double MeanDaysToDeal { get; init; }

    /// <inheritdoc/>
    public override string Summary() => string.Create(
        CultureInfo.InvariantCulture, $"{RankingCount:n0} rankings, {EventCount:n0} events, {Employers.ContactCount:n0} contacts with resumes, {Employers.DealCount:n0} deals");

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, string Value)> Rows() =>
    [
        ("rankings", Count(RankingCount)),
        ("events", Count(EventCount)),
        ("resumes listed", Count(ResumeCount)),
        .. Side("employers", Employers),
        .. Side("persons", Persons),
        ("resumes without a contact", Share(ResumesWithoutContact)),
        ("resumes with 20 contacts or more", ResumesWithTwentyContacts.ToString("0.00 %", CultureInfo.InvariantCulture)),
        ("most contacts of a resume", Count(MostContactsOfAResume)),
        ("Gini of contacts", GiniOfContacts.ToString("0.000", CultureInfo.InvariantCulture)),
        ("stale resumes at the end", Share(StaleShare)),
        ("employers with a deal", Share(EmployersWithDeal)),
        ("days from contact to deal", MeanDaysToDeal.ToString("0.0", CultureInfo.InvariantCulture)),
    ];

    private static IEnumerable<(string Name, string Value)> Side(string name, JobsSideReport side) =>
    [
        ($"{name}: lists", Count(side.RankingCount)),
        ($"{name}: views per list", Ratio(side.ViewCount, side.RankingCount, "0.0")),
        ($"{name}: clicks per view", Percent(side.ClickCount, side.ViewCount)),
        ($"{name}: contacts per click", Percent(side.ContactCount, side.ClickCount)),
        ($"{name}: contacts", Count(side.ContactCount)),
        .. side.ContactsByChannel.Where(pair => pair.Value > 0).Select(pair => ($"{name}: responses in {pair.Key}", Percent(side.ResponsesByChannel[pair.Key], pair.Value))),
        ($"{name}: contacts with stale resumes", Percent(side.StaleContactCount, side.ContactCount)),
        ($"{name}: refusals per contact", Percent(side.RefusalCount, side.ContactCount)),
        ($"{name}: deals", Count(side.DealCount)),
        ($"{name}: expected deals (truth)", side.ExpectedDealCount.ToString("#,0.0", CultureInfo.InvariantCulture)),
        ($"{name}: deals per contact, employment as wanted", Share(side.DealsPerFittingContact)),
        ($"{name}: deals per contact, other employment", Share(side.DealsPerOtherContact)),
        ($"{name}: NDCG@10 on true deals, ordered by contact", Figure(side.NdcgByContact)),
        ($"{name}: NDCG@10 on logged deals, ordered by contact", Figure(side.LoggedNdcgByContact)),
        ($"{name}: NDCG@10 on logged deals, ordered by deal", Figure(side.LoggedNdcgByDeal)),
    ];

    private static string Share(double share) => double.IsNaN(share) ? "–" : share.ToString("0.0 %", CultureInfo.InvariantCulture);

    private static string Figure(double value) => double.IsNaN(value) ? "–" : value.ToString("0.000", CultureInfo.InvariantCulture);
}

/// <summary>One side's lists and what came of them. Ratios are NaN when nothing happened.</summary>
public sealed record JobsSideReport
{
    /// <summary>Lists shown.</summary>
    public required long RankingCount { get; init; }

    /// <summary>Postings examined.</summary>
    public required long ViewCount { get; init; }

    /// <summary>Postings opened.</summary>
    public required long ClickCount { get; init; }

    /// <summary>Contacts made.</summary>
    public required long ContactCount { get; init; }

    /// <summary>Contacts with people who had found work.</summary>
    public required long StaleContactCount { get; init; }

    /// <summary>Responses of people who had found work.</summary>
    public required long StaleResponseCount { get; init; }

    /// <summary>Refusals.</summary>
    public required long RefusalCount { get; init; }

    /// <summary>Deals made within the history.</summary>
    public required long DealCount { get; init; }

    /// <summary>Sum over the contacts of the true probability of a deal, whenever it is made.</summary>
    public required double ExpectedDealCount { get; init; }

    /// <summary>Contacts by channel.</summary>
    public required IReadOnlyDictionary<string, long> ContactsByChannel { get; init; }

    /// <summary>Responses by channel.</summary>
    public required IReadOnlyDictionary<string, long> ResponsesByChannel { get; init; }

    /// <summary>Deals per contact when the employment type is as wanted; contacts with people in search.</summary>
    public required double DealsPerFittingContact { get; init; }

    /// <summary>Deals per contact when it is another.</summary>
    public required double DealsPerOtherContact { get; init; }

    /// <summary>NDCG@10 of the order by true contact probability, with the true probability of a deal as gain; the order by that probability has 1.</summary>
    public required double NdcgByContact { get; init; }

    /// <summary>NDCG@10 of the order by true contact probability over the lists that led to deals, with those as gain.</summary>
    public required double LoggedNdcgByContact { get; init; }

    /// <summary>The same of the order by true probability of a deal.</summary>
    public required double LoggedNdcgByDeal { get; init; }
}
