using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Jobs;

/// <summary>Every parameter of a jobs world. Log-odds and standard deviations are in natural units, rates are per day.</summary>
public sealed partial record JobsConfiguration : WorldConfiguration
{
    /// <summary>Days of history; the last one ends where the end date begins.</summary>
    [Description("Days of history; the last one ends where the end date begins.")]
    [Range(1, 400)]
    public int Days { get; init; } = 28;

    /// <summary>Simulated minutes whose requests are answered before any of their events is sent.</summary>
    [Description("Simulated minutes whose requests are answered before any of their events is sent.")]
    [Range(1, 1440)]
    public int TickMinutes { get; init; } = 10;

    /// <summary>Cities. Multiplied by the scale. A city and a profession make a cluster: a labour market of its own.</summary>
    [Description("Cities. Multiplied by the scale. A city and a profession make a cluster: a labour market of its own.")]
    [Range(1, 10000)]
    public int CityCount { get; init; } = 8;

    /// <summary>Professions. At most what the grammar can name.</summary>
    [Description("Professions. At most what the grammar can name.")]
    [Range(1, 24)]
    public int ProfessionCount { get; init; } = 12;

    /// <summary>Resumes, listed or to come; each belongs to one person. Multiplied by the scale.</summary>
    [Description("Resumes, listed or to come; each belongs to one person. Multiplied by the scale.")]
    [Range(10, 5000000)]
    public int ResumeCount { get; init; } = 4000;

    /// <summary>Employers. Multiplied by the scale.</summary>
    [Description("Employers. Multiplied by the scale.")]
    [Range(1, 5000000)]
    public int EmployerCount { get; init; } = 800;

    /// <summary>Vacancies, open or to come; every employer has at least one. Multiplied by the scale.</summary>
    [Description("Vacancies, open or to come; every employer has at least one. Multiplied by the scale.")]
    [Range(1, 5000000)]
    public int VacancyCount { get; init; } = 2000;

    /// <summary>Exponent of the size of cities and professions by rank.</summary>
    [Description("Exponent of the size of cities and professions by rank.")]
    [Range(0.0, 3.0)]
    public double ZipfExponent { get; init; } = 0.6;

    /// <summary>Share of the resumes and vacancies that are published during the history instead of before it.</summary>
    [Description("Share of the resumes and vacancies that are published during the history instead of before it.")]
    [Range(0.0, 1.0)]
    public double NewResumeShare { get; init; } = 0.5;

    /// <summary>Days after which a resume or a vacancy is withdrawn at the latest.</summary>
    [Description("Days after which a resume or a vacancy is withdrawn at the latest.")]
    [Range(1.0, 400.0)]
    public double ListingDays { get; init; } = 60;

    /// <summary>Mean days until a person has found work elsewhere; from then on nobody answers: the resume is stale.</summary>
    [Description("Mean days until a person has found work elsewhere; from then on nobody answers: the resume is stale.")]
    [Range(0.5, 1000.0)]
    public double SearchMeanDays { get; init; } = 25;

    /// <summary>Share of the people with work who withdraw their resume; the others leave it until it ends.</summary>
    [Description("Share of the people with work who withdraw their resume; the others leave it until it ends.")]
    [Range(0.0, 1.0)]
    public double WithdrawShare { get; init; } = 0.35;

    /// <summary>Mean days from finding work to the withdrawal.</summary>
    [Description("Mean days from finding work to the withdrawal.")]
    [Range(0.01, 100.0)]
    public double WithdrawMeanDays { get; init; } = 3;

    /// <summary>Renewals of a resume per day while its person searches: a visible sign of life.</summary>
    [Description("Renewals of a resume per day while its person searches: a visible sign of life.")]
    [Range(0.0, 5.0)]
    public double RenewalsPerDay { get; init; } = 0.12;

    /// <summary>Share of part-time work among wishes and offers.</summary>
    [Description("Share of part-time work among wishes and offers.")]
    [Range(0.0, 1.0)]
    public double PartTimeShare { get; init; } = 0.24;

    /// <summary>Share of project work.</summary>
    [Description("Share of project work.")]
    [Range(0.0, 1.0)]
    public double ProjectShare { get; init; } = 0.1;

    /// <summary>Share of work away from home in long shifts.</summary>
    [Description("Share of work away from home in long shifts.")]
    [Range(0.0, 1.0)]
    public double ShiftShare { get; init; } = 0.08;

    /// <summary>Standard deviation of the log of wished and of offered salaries within a profession.</summary>
    [Description("Standard deviation of the log of wished and of offered salaries within a profession.")]
    [Range(0.0, 1.5)]
    public double SalarySpread { get; init; } = 0.25;

    /// <summary>Mean years of experience of a person.</summary>
    [Description("Mean years of experience of a person.")]
    [Range(0.0, 30.0)]
    public double ExperienceMeanYears { get; init; } = 4;

    /// <summary>Standard deviation of homes and workplaces around the middle of their city, km.</summary>
    [Description("Standard deviation of homes and workplaces around the middle of their city, km.")]
    [Range(0.1, 200.0)]
    public double CitySpreadKm { get; init; } = 7;

    /// <summary>Distance to work that an average person takes, km.</summary>
    [Description("Distance to work that an average person takes, km.")]
    [Range(0.1, 500.0)]
    public double DistanceToleranceKm { get; init; } = 12;

    /// <summary>Share of resumes that can be called through a masked number; all can be written to.</summary>
    [Description("Share of resumes that can be called through a masked number; all can be written to.")]
    [Range(0.0, 1.0)]
    public double MaskedCallShare { get; init; } = 0.85;

    /// <summary>Share of resumes that can be called inside the application.</summary>
    [Description("Share of resumes that can be called inside the application.")]
    [Range(0.0, 1.0)]
    public double InAppCallShare { get; init; } = 0.5;

    /// <summary>Mean number of people a vacancy takes on before it closes.</summary>
    [Description("Mean number of people a vacancy takes on before it closes.")]
    [Range(1.0, 1000.0)]
    public double MeanOpenings { get; init; } = 1.6;

    /// <summary>Mean sessions of an employer per open vacancy and day.</summary>
    [Description("Mean sessions of an employer per open vacancy and day.")]
    [Range(0.0, 8.0)]
    public double SearchesPerVacancyDay { get; init; } = 0.5;

    /// <summary>Mean sessions of a searching person per day.</summary>
    [Description("Mean sessions of a searching person per day.")]
    [Range(0.0, 8.0)]
    public double SearchesPerPersonDay { get; init; } = 0.35;

    /// <summary>Standard deviation of log activity between vacancies and between people.</summary>
    [Description("Standard deviation of log activity between vacancies and between people.")]
    [Range(0.0, 3.0)]
    public double ActivitySpread { get; init; } = 0.7;

    /// <summary>Mean requests of a session.</summary>
    [Description("Mean requests of a session.")]
    [Range(1.0, 8.0)]
    public double RequestsPerSession { get; init; } = 1.4;

    /// <summary>Activity on Saturday and Sunday relative to a working day.</summary>
    [Description("Activity on Saturday and Sunday relative to a working day.")]
    [Range(0.0, 10.0)]
    public double WeekendActivity { get; init; } = 0.4;

    /// <summary>Strength of the hours of the day: 0 = all hours alike, 1 = nearly nobody at night.</summary>
    [Description("Strength of the hours of the day: 0 = all hours alike, 1 = nearly nobody at night.")]
    [Range(0.0, 1.0)]
    public double DailyWave { get; init; } = 0.9;

    /// <summary>Share of requests that are filtered by the employment type that is wanted.</summary>
    [Description("Share of requests that are filtered by the employment type that is wanted.")]
    [Range(0.0, 1.0)]
    public double EmploymentFilterShare { get; init; } = 0.15;

    /// <summary>Share of sessions that look into another city: the traffic that joins clusters.</summary>
    [Description("Share of sessions that look into another city: the traffic that joins clusters.")]
    [Range(0.0, 1.0)]
    public double CrossClusterShare { get; init; } = 0.04;

    /// <summary>Share of queries with one typing error.</summary>
    [Description("Share of queries with one typing error.")]
    [Range(0.0, 1.0)]
    public double TypoShare { get; init; } = 0.05;

    /// <summary>Items asked for per request.</summary>
    [Description("Items asked for per request.")]
    [Range(1, 200)]
    public int ListSize { get; init; } = 30;

    /// <summary>Most items the logging policy considers for one request.</summary>
    [Description("Most items the logging policy considers for one request.")]
    [Range(1, 5000)]
    public int CandidateLimit { get; init; } = 300;

    /// <summary>Share of rankings that the logging policy answers in uniformly random order: the exploration slice.</summary>
    [Description("Share of rankings that the logging policy answers in uniformly random order: the exploration slice.")]
    [Range(0.0, 1.0)]
    public double RandomisedShare { get; init; } = 0.1;

    /// <summary>Plackett-Luce temperature of the logging policy, in log-odds of what it optimises.</summary>
    [Description("Plackett-Luce temperature of the logging policy, in log-odds of what it optimises.")]
    [Range(0.01, 10.0)]
    public double LoggingTemperature { get; init; } = 0.5;

    /// <summary>Standard deviation of the policy's error about a pair, log-odds.</summary>
    [Description("Standard deviation of the policy's error about a pair, log-odds.")]
    [Range(0.0, 10.0)]
    public double LoggingNoise { get; init; } = 0.7;

    /// <summary>Position p is examined with probability 1/(1 + decay (p-1)); people examine from the top.</summary>
    [Description("Position p is examined with probability 1/(1 + decay (p-1)); people examine from the top.")]
    [Range(0.0, 10.0)]
    public double ExaminationDecay { get; init; } = 0.07;

    /// <summary>Floor of the click probability, whatever is shown.</summary>
    [Description("Floor of the click probability, whatever is shown.")]
    [Range(0.0, 1.0)]
    public double NoiseClickProbability { get; init; } = 0.005;

    /// <summary>Log-odds of opening an average item that fits.</summary>
    [Description("Log-odds of opening an average item that fits.")]
    [Range(-15.0, 5.0)]
    public double ClickIntercept { get; init; } = -1.6;

    /// <summary>Probability of a contact after opening an average item that fits; grows with its appeal.</summary>
    [Description("Probability of a contact after opening an average item that fits; grows with its appeal.")]
    [Range(0.0, 1.0)]
    public double ContactProbability { get; init; } = 0.34;

    /// <summary>Probability of looking no further after a contact.</summary>
    [Description("Probability of looking no further after a contact.")]
    [Range(0.0, 1.0)]
    public double StopAfterContactProbability { get; init; } = 0.15;

    /// <summary>Standard deviation of how a resume or a vacancy looks (photo, words), log-odds of a click. It says nothing about the deal.</summary>
    [Description("Standard deviation of how a resume or a vacancy looks (photo, words), log-odds of a click. It says nothing about the deal.")]
    [Range(0.0, 10.0)]
    public double AttractionWeight { get; init; } = 0.8;

    /// <summary>Lost log-odds of a click when the last sign of life is e times as many days ago.</summary>
    [Description("Lost log-odds of a click when the last sign of life is e times as many days ago.")]
    [Range(0.0, 10.0)]
    public double FreshnessWeight { get; init; } = 0.1;

    /// <summary>How much of the misfit people heed before they contact; all of it counts at the deal.</summary>
    [Description("How much of the misfit people heed before they contact; all of it counts at the deal.")]
    [Range(0.0, 1.0)]
    public double ContactFitShare { get; init; } = 0.25;

    /// <summary>What an employer pays for a contact, roubles.</summary>
    [Description("What an employer pays for a contact, roubles.")]
    [Range(0.0, 1000000.0)]
    public double ContactPrice { get; init; } = 60;

    /// <summary>Lost log-odds when the employment type differs from the one wanted.</summary>
    [Description("Lost log-odds when the employment type differs from the one wanted.")]
    [Range(0.0, 20.0)]
    public double EmploymentWeight { get; init; } = 3.6;

    /// <summary>Lost log-odds when the schedule differs.</summary>
    [Description("Lost log-odds when the schedule differs.")]
    [Range(0.0, 20.0)]
    public double ScheduleWeight { get; init; } = 0.6;

    /// <summary>Lost log-odds when the wished salary is e times the offer.</summary>
    [Description("Lost log-odds when the wished salary is e times the offer.")]
    [Range(0.0, 20.0)]
    public double SalaryWeight { get; init; } = 2.2;

    /// <summary>Lost log-odds per missing year of experience, up to three.</summary>
    [Description("Lost log-odds per missing year of experience, up to three.")]
    [Range(0.0, 20.0)]
    public double ExperienceWeight { get; init; } = 0.6;

    /// <summary>Lost log-odds when the way is as long as the person takes; up to four times that.</summary>
    [Description("Lost log-odds when the way is as long as the person takes; up to four times that.")]
    [Range(0.0, 20.0)]
    public double DistanceWeight { get; init; } = 0.4;

    /// <summary>Lost log-odds when the profession differs.</summary>
    [Description("Lost log-odds when the profession differs.")]
    [Range(0.0, 20.0)]
    public double ProfessionPenalty { get; init; } = 3.5;

    /// <summary>Standard deviation of how good a person is at work, log-odds of a deal; nobody sees it before.</summary>
    [Description("Standard deviation of how good a person is at work, log-odds of a deal; nobody sees it before.")]
    [Range(0.0, 10.0)]
    public double QualityWeight { get; init; } = 0.8;

    /// <summary>Standard deviation of how readily a person or an employer answers, log-odds of a response.</summary>
    [Description("Standard deviation of how readily a person or an employer answers, log-odds of a response.")]
    [Range(0.0, 10.0)]
    public double ResponsivenessWeight { get; init; } = 0.9;

    /// <summary>Standard deviation of a person's leaning to chats, away from calls, log-odds of a response.</summary>
    [Description("Standard deviation of a person's leaning to chats, away from calls, log-odds of a response.")]
    [Range(0.0, 10.0)]
    public double ChannelLeaning { get; init; } = 0.9;

    /// <summary>How much of the misfit the other side heeds before it answers.</summary>
    [Description("How much of the misfit the other side heeds before it answers.")]
    [Range(0.0, 1.0)]
    public double ResponseFitShare { get; init; } = 0.5;

    /// <summary>Weight of chats among the contacts of an average employer.</summary>
    [Description("Weight of chats among the contacts of an average employer.")]
    [Range(0.0, 1.0)]
    public double ChatUse { get; init; } = 0.45;

    /// <summary>Weight of calls through a masked number.</summary>
    [Description("Weight of calls through a masked number.")]
    [Range(0.0, 1.0)]
    public double MaskedCallUse { get; init; } = 0.35;

    /// <summary>Weight of calls inside the application.</summary>
    [Description("Weight of calls inside the application.")]
    [Range(0.0, 1.0)]
    public double InAppCallUse { get; init; } = 0.2;

    /// <summary>Probability of a response in a chat: an average searching person and a fitting offer.</summary>
    [Description("Probability of a response in a chat: an average searching person and a fitting offer.")]
    [Range(0.0, 1.0)]
    public double ChatResponseProbability { get; init; } = 0.62;

    /// <summary>The same through a masked number.</summary>
    [Description("The same through a masked number.")]
    [Range(0.0, 1.0)]
    public double MaskedCallResponseProbability { get; init; } = 0.5;

    /// <summary>The same by a call inside the application.</summary>
    [Description("The same by a call inside the application.")]
    [Range(0.0, 1.0)]
    public double InAppCallResponseProbability { get; init; } = 0.38;

    /// <summary>Probability that a person who has found work answers at all; never with a deal.</summary>
    [Description("Probability that a person who has found work answers at all; never with a deal.")]
    [Range(0.0, 1.0)]
    public double StaleResponseProbability { get; init; } = 0.01;

    /// <summary>Share of contacts without a response that are refused; the others meet silence.</summary>
    [Description("Share of contacts without a response that are refused; the others meet silence.")]
    [Range(0.0, 1.0)]
    public double RefusalShare { get; init; } = 0.35;

    /// <summary>Share of refusals that say why.</summary>
    [Description("Share of refusals that say why.")]
    [Range(0.0, 1.0)]
    public double ReasonShare { get; init; } = 0.6;

    /// <summary>Probability of a deal after the response of an average person who fits.</summary>
    [Description("Probability of a deal after the response of an average person who fits.")]
    [Range(0.0, 1.0)]
    public double DealProbability { get; init; } = 0.9;

    /// <summary>Mean days from the contact to the deal.</summary>
    [Description("Mean days from the contact to the deal.")]
    [Range(0.0, 100.0)]
    public double DealMeanDays { get; init; } = 5;
}
