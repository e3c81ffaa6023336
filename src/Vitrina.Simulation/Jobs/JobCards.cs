using System.Globalization;
using System.Text.Json;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Writing;

namespace Vitrina.Simulation.Jobs;

/// <summary>What a resume or a vacancy says.</summary>
public sealed record JobCard : SimulatedAttributes
{
    private static readonly JsonEncodedText RenewedAtName = JsonEncodedText.Encode("renewedAt");

    /// <summary>resume or vacancy.</summary>
    public required string Kind { get; init; }

    /// <summary>Title: the profession.</summary>
    public required string Title { get; init; }

    /// <summary>A sentence or two.</summary>
    public required string Description { get; init; }

    /// <summary>The item type: profession.</summary>
    public required string Profession { get; init; }

    /// <summary>The field above the profession.</summary>
    public required string Field { get; init; }

    /// <summary>City.</summary>
    public required string City { get; init; }

    /// <summary>Latitude of home or work, degrees.</summary>
    public required double Latitude { get; init; }

    /// <summary>Longitude of home or work, degrees.</summary>
    public required double Longitude { get; init; }

    /// <summary>full, part, project or shift.</summary>
    public required string Employment { get; init; }

    /// <summary>5/2, 2/2, flexible or night.</summary>
    public required string Schedule { get; init; }

    /// <summary>Roubles a month: wished or offered.</summary>
    public required int Salary { get; init; }

    /// <summary>Years of experience: had or required.</summary>
    public required int Experience { get; init; }

    /// <summary>Photos: how much care the card was made with.</summary>
    public required int Photos { get; init; }

    /// <summary>Share of the form that is filled in, percent.</summary>
    public required int Completeness { get; init; }

    /// <summary>Ways to reach the owner.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>The last sign of life: publication or renewal.</summary>
    public required DateTimeOffset RenewedAt { get; init; }

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("kind"u8, Kind);
        json.WriteString("title"u8, Title);
        json.WriteString("description"u8, Description);
        json.WriteString("profession"u8, Profession);
        json.WriteString("field"u8, Field);
        json.WriteString("city"u8, City);
        json.WriteStartArray("place"u8);
        json.WriteNumberValue(Latitude);
        json.WriteNumberValue(Longitude);
        json.WriteEndArray();
        json.WriteString("employment"u8, Employment);
        json.WriteString("schedule"u8, Schedule);
        json.WriteNumber("salary"u8, Salary);
        json.WriteNumber("experience"u8, Experience);
        json.WriteNumber("photos"u8, Photos);
        json.WriteNumber("completeness"u8, Completeness);
        json.WriteStartArray("channels"u8);
        foreach (var channel in Channels)
        {
            json.WriteStringValue(channel);
        }

        json.WriteEndArray();
        Timestamp.Write(json, RenewedAtName, RenewedAt);
    }

    /// <summary>The card of a posting; nothing that its reader cannot see goes into it.</summary>
    internal static JobCard Of(JobMarket market, JobSide shown, int posting, DateTimeOffset at)
    {
        var isResume = shown == JobSide.Employer;
        var postings = isResume ? market.Resumes : market.Vacancies;
        var profession = Vocabulary.Professions[market.ProfessionOf(postings.Cluster[posting])];
        var city = Vocabulary.CityOf(market.CityOf(postings.Cluster[posting]));
        var (employment, schedule, years) = (postings.Employment[posting], postings.Schedule[posting], postings.Years[posting]);
        var mask = isResume ? market.ChannelMask[posting] : 1;
        return new JobCard
        {
            Kind = isResume ? "resume" : "vacancy",
            Title = profession.Title,
            Description = string.Create(CultureInfo.InvariantCulture,
                $"{(isResume ? "Ищу работу" : "Требуется")}: {profession.Title.ToLowerInvariant()}, {Vocabulary.EmploymentWords[employment]}, {Vocabulary.ScheduleWords[schedule]}. Опыт: {years} лет. {city.Name}."),
            Profession = profession.Title,
            Field = profession.Field,
            City = city.Name,
            Latitude = Math.Round(city.Latitude + postings.North[posting] / 111.0, 4),
            Longitude = Math.Round(city.Longitude + postings.East[posting] / (111.0 * Math.Cos(city.Latitude * Math.PI / 180)), 4),
            Employment = Vocabulary.Employment[employment],
            Schedule = Vocabulary.Schedule[schedule],
            Salary = postings.Salary[posting],
            Experience = years,
            Photos = (int)Math.Clamp(Math.Round(2 + 1.5 * postings.Attraction[posting]), 0, 8),
            Completeness = (int)Math.Clamp(Math.Round(65 + 15 * postings.Attraction[posting]), 5, 100),
            Channels = [.. Vocabulary.Channels.Where((_, channel) => (mask >> channel & 1) != 0)],
            RenewedAt = at,
        };
    }
}

/// <summary>A resume is renewed: nothing else about it changes.</summary>
/// <param name="At">When.</param>
public sealed record JobRenewal(DateTimeOffset At) : SimulatedAttributes
{
    private static readonly JsonEncodedText Name = JsonEncodedText.Encode("renewedAt");

    internal override void Write(Utf8JsonWriter json) => Timestamp.Write(json, Name, At);
}

/// <summary>What is known of a user of the jobs world.</summary>
/// <param name="Role">employer or person.</param>
/// <param name="City">City.</param>
public sealed record JobUser(string Role, string City) : SimulatedAttributes
{
    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("role"u8, Role);
        json.WriteString("city"u8, City);
    }
}
